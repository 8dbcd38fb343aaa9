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
        staff_count as denominator,
        cast(null as varchar) as reason_code
    from {{ ref('int_credit_staff') }}
),

{{ rolled_up('counted', ledgers=['branch_expense', 'staff'], months='year') }}

{{ metric_rows('outlet_per_capita', 'measured') }}
