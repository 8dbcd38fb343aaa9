-- grain: one row per organisation (branch, county or bank); segment all
with

counted as (
    select
        branch_id,
        customer_id,
        customer_count,
        'all' as segment,
        not has_loan as numerator,
        true as denominator,
        coalesce(balance_reason, loan_reason) as reason_code
    from {{ ref('int_deposit_customer') }}
),

{{ rolled_up(
    'counted',
    ledgers=['customer_deposit', 'loan_account'],
    distinct='customer_id',
    many='customer_count'
) }}

{{ metric_rows('deposit_no_loan_customers', 'measured', kind='count') }}
