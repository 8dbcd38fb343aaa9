-- grain: one row per organisation (branch, county, bank or grid); segment all
with

counted as (
    select
        branch_id,
        grid_id,
        'all' as segment,
        case when staff_officer_count > 0 then 1 else 0 end as numerator,
        1 as denominator,
        cast(null as varchar) as reason_code
    from {{ ref('int_leaf_grid') }}
),

{{ rolled_up(
    'counted',
    ledgers=['grid', 'grid_assignment', 'admin_unit'],
    grids=true,
    columns=['grid.live_date']
) }}

{{ metric_rows('grid_second_level_per_person', 'measured') }}
