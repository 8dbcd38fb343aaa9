-- grain: one row per organisation (branch, county, bank or grid); segment urban_subclasses
with

counted as (
    select
        branch_id,
        grid_id,
        grid_subclass_code,
        'urban_subclasses' as segment,
        grid_subclass_code is not null as numerator,
        false as denominator,
        cast(null as varchar) as reason_code
    from {{ ref('int_leaf_grid') }}
    where grid_class_code = 'urban'
),

{{ rolled_up(
    'counted',
    ledgers=['grid', 'admin_unit'],
    segments=['urban_subclasses'],
    distinct='grid_subclass_code',
    grids=true,
    columns=['grid.live_date', 'grid.grid_subclass_code']
) }}

{{ metric_rows('grid_urban_four_zones', 'measured', kind='count') }}
