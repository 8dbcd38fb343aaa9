-- grain: one row per organisation (branch, county or bank) and segment
with

counted as (
    select
        branch_id,
        business_line_code as segment,
        case when item_group = 'income' then amount else -amount end as numerator,
        1 as denominator,
        cast(null as varchar) as reason_code
    from {{ ref('int_branch_expense') }}
),

{{ rolled_up(
    'counted',
    ledgers=['branch_expense'],
    months='year',
    segments=['all', 'inclusive', 'other']
) }}

{{ metric_rows('outlet_profit', 'measured', kind='amount') }}
