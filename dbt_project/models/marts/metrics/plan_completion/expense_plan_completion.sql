-- grain: one row per organisation (branch, county or bank); segment all
with

actual as (
    select * from {{ ref('int_plan_actual') }}
    where plan_item_code = 'expense'
),

plan as (
    select * from {{ ref('int_plan_value') }}
    where plan_item_code = 'expense'
),

measured as (
    select
        plan.org_level,
        plan.org_id,
        'all' as segment,
        actual.amount as numerator,
        plan.plan_value as denominator,
        coalesce(actual.reason_code, plan.reason_code) as reason_code
    from plan
    inner join actual
        on plan.org_level = actual.org_level and plan.org_id = actual.org_id
)

{{ metric_rows('expense_plan_completion', 'measured') }}
