-- grain: one row per organisation (branch, county or bank) and segment
with

counted as (
    select
        branch_id,
        complaint_kind_code as segment,
        received_count as numerator,
        1 as denominator,
        cast(null as varchar) as reason_code
    from {{ ref('int_complaint') }}
    union all
    select
        branch_id,
        'all' as segment,
        received_count as numerator,
        1 as denominator,
        cast(null as varchar) as reason_code
    from {{ ref('int_complaint') }}
),

{{ rolled_up(
    'counted',
    ledgers=['complaint'],
    months='year',
    segments=['all', 'opinion', 'suggestion', 'complaint']
) }}

{{ metric_rows('complaint_count', 'measured', kind='count') }}
