-- grain: one row per village or community in force at period end
with

unit as (
    select * from {{ ref('admin_unit') }}
),

grid as (
    select * from {{ ref('grid') }}
),

context as (
    select * from {{ source('run', 'run_context') }}
),

-- A unit whose only grid was re-drawn (old one closed, new one live) was covered before: its first
-- date is that of the closed grid, so re-drawing does not count as new coverage.
leaf as (
    select
        grid.admin_unit_id,
        min(grid.live_date) as first_live_date,
        sum(case when coalesce(grid.closed_date > context.period_end, true) then 1 else 0 end)
            as live_leaf_count
    from grid
    inner join context on grid.live_date <= context.period_end
    where grid.grid_level_code = 'leaf'
    group by grid.admin_unit_id
),

cover as (
    select
        unit.admin_unit_id,
        unit.branch_id,
        unit.unit_kind_code,
        unit.is_pilot and coalesce(unit.pilot_from_date <= context.period_end, false) as is_pilot,
        leaf.first_live_date,
        cast(coalesce(leaf.live_leaf_count, 0) as bigint) as live_leaf_count
    from unit
    cross join context
    left join leaf on unit.admin_unit_id = leaf.admin_unit_id
)

select * from cover
