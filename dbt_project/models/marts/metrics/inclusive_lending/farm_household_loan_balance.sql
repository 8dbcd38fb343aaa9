-- grain: one row per organisation (branch, county or bank); segment all
with

counted as (
    select
        branch_id,
        'all' as segment,
        balance as numerator,
        cast(null as bigint) as denominator,
        farm_household_reason as reason_code
    from {{ ref('int_customer_loan') }}
    where is_farm_household or farm_household_reason is not null
),

{{ rolled_up(
    'counted',
    ledgers=['loan_account', 'customer'], columns=['customer.is_farm_household']
) }}

{{ metric_rows('farm_household_loan_balance', 'measured', kind='amount') }}
