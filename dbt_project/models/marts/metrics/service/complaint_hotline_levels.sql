-- grain: one row per organisation (branch, county or bank); segment hotlines
with

counted as (
    select
        branch_id,
        'hotlines' as segment,
        channel_code,
        true as numerator,
        false as denominator,
        cast(null as varchar) as reason_code
    from {{ ref('int_complaint') }}
    where channel_code in ('customer_aid', 'service_line', 'supervision_line')
),

{{ rolled_up(
    'counted',
    ledgers=['complaint'],
    months='year',
    segments=['hotlines'],
    distinct='channel_code'
) }}

{{ metric_rows('complaint_hotline_levels', 'measured', kind='count') }}
