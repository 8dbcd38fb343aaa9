-- grain: one row per organisation (branch, county or bank); segment all
with

counted as (
    select
        branch_id,
        'all' as segment,
        balance - sme_balance as numerator,
        1 as denominator,
        coalesce(balance_reason, size_reason) as reason_code
    from {{ ref('int_loan_borrower') }}
),

{{ rolled_up('counted', ledgers=['loan_account', 'customer']) }}

{{ metric_rows('other_loan', 'measured', kind='amount') }}
