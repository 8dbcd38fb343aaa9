-- grain: one row per organisation (branch, county or bank); segment all
with

counted as (
    select
        branch_id,
        'all' as segment,
        balance as numerator,
        1 as denominator,
        balance_reason as reason_code
    from {{ ref('int_loan_borrower') }}
),

{{ rolled_up('counted', ledgers=['loan_account']) }}

{{ metric_rows('loan_total', 'measured', kind='amount') }}
