-- grain: one row per organisation (branch, county or bank); segment all
with

counted as (
    select
        branch_id,
        'all' as segment,
        special_mention_balance as numerator,
        balance as denominator,
        coalesce(balance_reason, class_reason) as reason_code
    from {{ ref('int_loan_quality') }}
    where point_code = 'period_end'
),

{{ rolled_up('counted', ledgers=['loan_account']) }}

{{ metric_rows('special_mention_ratio', 'measured') }}
