-- grain: one row per organisation (branch, county or bank); segment all
with

counted as (
    select
        branch_id,
        'all' as segment,
        0 as numerator,
        plan_amount as denominator,
        cast(null as varchar) as reason_code
    from {{ ref('int_expense_plan') }}
    union all
    select
        branch_id,
        'all' as segment,
        sum(amount) as numerator,
        0 as denominator,
        cast(null as varchar) as reason_code
    from {{ ref('int_branch_expense') }}
    where business_line_code = 'all' and item_group = 'cost'
    group by branch_id
),

{{ rolled_up('counted', ledgers=['branch_expense'], months='year') }}

{{ metric_rows('branch_expense_plan', 'measured') }}
