-- grain: one row per organisation (branch, county or bank); segment all
with

counted as (
    select
        branch_id,
        'all' as segment,
        revisited_count as numerator,
        closed_count as denominator,
        cast(null as varchar) as reason_code
    from {{ ref('int_complaint') }}
),

{{ rolled_up('counted', ledgers=['complaint'], months='year') }}

{{ metric_rows('complaint_revisit', 'measured') }}
