-- grain: one row per organisation (branch, county or bank); segment all
with

counted as (
    select
        branch_id,
        'all' as segment,
        sum(case when item_group = 'income' then amount else -amount end) as numerator,
        0 as denominator,
        cast(null as varchar) as reason_code
    from {{ ref('int_branch_expense') }}
    where business_line_code = 'all'
    group by branch_id
    union all
    select
        branch_id,
        'all' as segment,
        0 as numerator,
        1 as denominator,
        cast(null as varchar) as reason_code
    from {{ ref('int_outlet') }}
),

{{ rolled_up('counted', ledgers=['branch_expense'], months='year') }}

{{ metric_rows('outlet_profit_contribution', 'measured') }}
