-- grain: one row per organisation (branch, county or bank); segment all
with

counted as (
    select
        branch_id,
        customer_id,
        customer_count,
        'all' as segment,
        micro_credit_balance > 0 as numerator,
        false as denominator,
        cast(null as varchar) as reason_code
    from {{ ref('int_customer_loan') }}
),

{{ rolled_up(
    'counted',
    ledgers=['loan_account'], columns=['loan_account.product_class_code'],
    distinct='customer_id', many='customer_count'
) }}

{{ metric_rows('micro_credit_customer_count', 'measured', kind='count') }}
