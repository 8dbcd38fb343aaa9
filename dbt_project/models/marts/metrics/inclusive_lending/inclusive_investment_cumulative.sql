-- grain: one row per organisation (branch, county or bank); segment all
with

counted as (
    select
        branch_id,
        'all' as segment,
        amount as numerator,
        cast(null as bigint) as denominator,
        reason_code
    from {{ ref('int_inclusive_investment') }}
),

{{ rolled_up('counted', ledgers=['branch_expense'],
    months='year') }}

{{ metric_rows('inclusive_investment_cumulative', 'measured', kind='amount') }}
