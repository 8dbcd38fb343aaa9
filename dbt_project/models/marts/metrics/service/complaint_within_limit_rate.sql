-- grain: one row per organisation (branch, county or bank); segment all
with

counted as (
    select
        branch_id,
        'all' as segment,
        within_limit_count as numerator,
        received_count as denominator,
        limit_reason as reason_code
    from {{ ref('int_complaint') }}
),

{{ rolled_up('counted', ledgers=['complaint'], months='year') }}

{{ metric_rows('complaint_within_limit_rate', 'measured') }}
