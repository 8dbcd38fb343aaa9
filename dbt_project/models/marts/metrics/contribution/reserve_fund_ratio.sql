-- grain: one row per organisation (branch, county or bank); segment all
with

counted as (
    select
        branch_id,
        'all' as segment,
        deposit_daily_avg + wealth_daily_avg as numerator,
        loan_daily_avg as denominator,
        reason_code
    from {{ ref('int_contribution_balance') }}
),

{{ rolled_up(
    'counted',
    ledgers=['loan_account', 'customer_deposit'],
    columns=['customer_deposit.wealth_daily_avg']
) }}

{{ metric_rows('reserve_fund_ratio', 'measured') }}
