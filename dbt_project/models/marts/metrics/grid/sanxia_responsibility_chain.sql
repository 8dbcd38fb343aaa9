-- grain: one row per organisation (branch, county, bank or grid); segment all
with

counted as (
    select
        branch_id,
        grid_id,
        'all' as segment,
        case when has_branch_head and staff_officer_count > 0 then 1 else 0 end as numerator,
        1 as denominator,
        cast(null as varchar) as reason_code
    from {{ ref('int_leaf_grid') }}
),

{{ rolled_up(
    'counted',
    ledgers=['grid', 'grid_assignment', 'staff', 'admin_unit'],
    grids=true,
    columns=['staff.post_code', 'grid.live_date']
) }}

{{ metric_rows('sanxia_responsibility_chain', 'measured') }}
