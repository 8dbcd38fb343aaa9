-- grain: one row per organisation (branch or bank); segment all
with

interest as (
    select * from {{ ref('int_interest_income') }}
),

context as (
    select * from {{ source('run', 'run_context') }}
),

measured as (
    select
        interest.org_level,
        interest.org_id,
        'all' as segment,
        interest.interest_income_yuan as numerator,
        interest.reason_code
    from interest
    inner join context on interest.month = context.period
)

{{ metric_rows('interest_income', 'measured', kind='amount') }}
