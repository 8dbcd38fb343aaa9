-- grain: one row per organisation (branch, county or bank); segment all
with

counted as (
    select
        branch_id,
        customer_id,
        customer_count,
        'all' as segment,
        balance > 0 as numerator,
        false as denominator,
        farm_household_reason as reason_code
    from {{ ref('int_customer_loan') }}
    where is_farm_household or farm_household_reason is not null
),

{{ rolled_up(
    'counted',
    ledgers=['loan_account', 'customer'], columns=['customer.is_farm_household'],
    distinct='customer_id', many='customer_count'
) }}

{{ metric_rows('farm_household_customer_count', 'measured', kind='count') }}
