-- grain: one row per organisation (branch, county or bank) and segment
with

counted as (
    select
        branch_id,
        expense_item_code as segment,
        amount as numerator,
        1 as denominator,
        cast(null as varchar) as reason_code
    from {{ ref('int_branch_expense') }}
    where business_line_code = 'all' and item_group in ('income')
    union all
    select
        branch_id,
        'all' as segment,
        amount as numerator,
        1 as denominator,
        cast(null as varchar) as reason_code
    from {{ ref('int_branch_expense') }}
    where business_line_code = 'all' and item_group in ('income')
),

{{ rolled_up(
    'counted',
    ledgers=['branch_expense'],
    months='year',
    segments=['all', 'interest_margin', 'fee_income']
) }}

{{ metric_rows('outlet_income', 'measured', kind='amount') }}
