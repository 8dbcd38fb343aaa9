-- grain: one row per organisation (branch, county or bank); segment all
with

counted as (
    select
        branch_id,
        'all' as segment,
        beautiful_field_balance as numerator,
        cast(null as bigint) as denominator,
        cast(null as varchar) as reason_code
    from {{ ref('int_customer_loan') }}
),

{{ rolled_up('counted', ledgers=['loan_account'], columns=['loan_account.product_class_code']) }}

{{ metric_rows('beautiful_field_loan_balance', 'measured', kind='amount') }}
