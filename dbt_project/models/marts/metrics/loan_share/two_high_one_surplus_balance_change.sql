-- grain: one row per organisation (branch, county or bank); segment all
with

counted as (
    select
        branch_id,
        'all' as segment,
        case when point_code = 'period_end' then 1 else -1 end * balance as numerator,
        cast(null as bigint) as denominator,
        reason_code
    from {{ ref('int_two_high_loan') }}
),

{{ rolled_up(
    'counted',
    ledgers=['loan_account'],
    months=['period', 'year_start'],
    columns=['loan_account.industry_code']
) }}

{{ metric_rows('two_high_one_surplus_balance_change', 'measured', kind='amount') }}
