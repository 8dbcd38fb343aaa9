-- grain: one row per organisation (branch, county, bank or grid); segment leaf_grid
with

counted as (
    select
        branch_id,
        grid_id,
        'leaf_grid' as segment,
        case when primary_count = 1 and most_held_count <= 1 then 1 else 0 end as numerator,
        1 as denominator,
        cast(null as varchar) as reason_code
    from {{ ref('int_leaf_grid') }}
),

{{ rolled_up(
    'counted',
    ledgers=['grid', 'grid_assignment', 'admin_unit'],
    segments=['leaf_grid'],
    grids=true,
    columns=['grid.live_date']
) }}

{{ metric_rows('grid_officer_per_grid', 'measured') }}
