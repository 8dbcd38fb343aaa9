-- grain: one row per organisation (branch or bank); segment all
with

deposit as (
    select * from {{ ref('int_deposit_net_increase') }}
),

context as (
    select * from {{ source('run', 'run_context') }}
),

measured as (
    select
        deposit.org_level,
        deposit.org_id,
        'all' as segment,
        deposit.deposit_net_increase_yuan as numerator,
        deposit.reason_code
    from deposit
    inner join context on deposit.month = context.period
)

{{ metric_rows('deposit_tenday_avg_net_increase', 'measured', kind='amount') }}
