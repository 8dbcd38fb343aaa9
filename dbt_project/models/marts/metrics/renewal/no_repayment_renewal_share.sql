-- grain: one row per organisation (branch, county or bank) and basis (amount, count)
with

granted as (
    select * from {{ ref('int_inclusive_grant') }}
),

counted as (
    select
        branch_id,
        'amount' as segment,
        renewal_amount as numerator,
        loan_amount as denominator,
        reason_code
    from granted
    union all
    select
        branch_id,
        'count' as segment,
        renewal_count as numerator,
        loan_count as denominator,
        reason_code
    from granted
),

{{ rolled_up('counted', ledgers=['loan_account'], segments=['amount', 'count']) }}

{{ metric_rows('no_repayment_renewal_share', 'measured') }}
