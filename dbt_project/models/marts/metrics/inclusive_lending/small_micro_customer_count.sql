-- grain: one row per organisation (branch, county or bank); segment all
with

counted as (
    select
        branch_id,
        customer_id,
        customer_count,
        'all' as segment,
        small_micro_balance > 0 as numerator,
        false as denominator,
        small_micro_reason as reason_code
    from {{ ref('int_customer_loan') }}
),

{{ rolled_up(
    'counted',
    ledgers=['loan_account'], columns=['loan_account.is_small_micro'],
    distinct='customer_id', many='customer_count'
) }}

{{ metric_rows('small_micro_customer_count', 'measured', kind='count') }}
