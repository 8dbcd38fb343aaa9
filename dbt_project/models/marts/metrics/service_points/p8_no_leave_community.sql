-- grain: one row per organisation (branch, county, bank or grid); segment
with

counted as (
    select
        branch_id,
        grid_id,
        'community_and_village' as segment,
        case when basic_count > 0 then 1 else 0 end as numerator,
        1 as denominator,
        cast(null as varchar) as reason_code
    from {{ ref('int_unit_service') }}
    union all
    select
        branch_id,
        grid_id,
        unit_kind_code as segment,
        case when basic_count > 0 then 1 else 0 end as numerator,
        1 as denominator,
        cast(null as varchar) as reason_code
    from {{ ref('int_unit_service') }}
),

{{ rolled_up(
    'counted',
    ledgers=['admin_unit', 'service_point'],
    segments=['community_and_village', 'community', 'village'],
    grids=true
) }}

{{ metric_rows('p8_no_leave_community', 'measured') }}
