-- grain: one row per organisation (branch, county or bank); segment all
with

counted as (
    select
        branch_id,
        'all' as segment,
        inclusive_npl_balance as numerator,
        inclusive_balance as denominator,
        coalesce(balance_reason, class_reason, inclusive_reason) as reason_code
    from {{ ref('int_loan_quality') }}
    where point_code = 'period_end'
),

{{ rolled_up('counted', ledgers=['loan_account']) }}

{{ metric_rows('inclusive_npl_ratio', 'measured') }}
