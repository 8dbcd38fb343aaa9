-- grain: one row per organisation (branch or bank); segment all
with

recovery as (
    select * from {{ ref('int_npl_recovery') }}
),

context as (
    select * from {{ source('run', 'run_context') }}
),

measured as (
    select
        recovery.org_level,
        recovery.org_id,
        'all' as segment,
        recovery.npl_recovery_yuan as numerator,
        recovery.reason_code
    from recovery
    inner join context on recovery.month = context.period
)

{{ metric_rows('npl_recovery_amount', 'measured', kind='amount') }}
