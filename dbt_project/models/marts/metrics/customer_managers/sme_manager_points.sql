-- grain: one row per organisation (branch, county or bank) and segment
with

counted as (
    select
        branch_id,
        item_code as segment,
        points as numerator,
        1 as denominator,
        cast(null as varchar) as reason_code
    from {{ ref('int_manager_point') }}
    union all
    select
        branch_id,
        'all' as segment,
        sum(points) as numerator,
        1 as denominator,
        cast(null as varchar) as reason_code
    from {{ ref('int_manager_point') }}
    group by
        branch_id,
        staff_id
),

{{ rolled_up(
    'counted',
    ledgers=['staff', 'qualitative_score'],
    segments=['all', 'lending', 'self_improvement', 'asset_quality'],
    columns=['staff.post_code']
) }}

{{ metric_rows('sme_manager_points', 'measured') }}
