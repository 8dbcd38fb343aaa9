-- grain: one row per organisation (branch, county, bank or grid); segment all
with

counted as (
    select
        branch_id,
        grid_id,
        'all' as segment,
        case when not has_big_grid then 1 else 0 end as numerator,
        1 as denominator,
        cast(null as varchar) as reason_code
    from {{ ref('int_leaf_grid') }}
),

{{ rolled_up(
    'counted',
    ledgers=['grid', 'admin_unit'],
    grids=true,
    columns=['grid.live_date', 'grid.parent_grid_id']
) }}

{{ metric_rows('grid_big_small_nesting', 'measured', kind='count') }}
