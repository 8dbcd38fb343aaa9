-- grain: one row per organisation (branch, county or bank); segment all
with

counted as (
    select
        branch_id,
        'all' as segment,
        amount as numerator,
        cast(null as bigint) as denominator,
        reason_code
    from {{ ref('int_low_income_lending') }}
),

{{ rolled_up(
    'counted',
    ledgers=['loan_event', 'customer'],
    months='year',
    columns=['customer.is_low_income']
) }}

{{ metric_rows('low_income_farm_loan_cumulative', 'measured', kind='amount') }}
