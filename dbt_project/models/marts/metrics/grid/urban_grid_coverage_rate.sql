-- grain: one row per organisation (branch, county, bank or grid); segment yiling_urban
with

counted as (
    select
        branch_id,
        grid_id,
        'yiling_urban' as segment,
        case when live_leaf_count > 0 then 1 else 0 end as numerator,
        1 as denominator,
        cast(null as varchar) as reason_code
    from {{ ref('int_unit_service') }}
    where unit_kind_code = 'community' and is_urban
),

{{ rolled_up(
    'counted',
    ledgers=['admin_unit', 'grid'],
    segments=['yiling_urban'],
    grids=true,
    columns=['grid.live_date']
) }}

{{ metric_rows('urban_grid_coverage_rate', 'measured') }}
