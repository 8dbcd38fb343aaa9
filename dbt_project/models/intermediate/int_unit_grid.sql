-- grain: one row per village or community: the grid that stands for it
with

unit as (
    select * from {{ ref('int_admin_unit') }}
),

grid as (
    select * from {{ ref('grid') }}
),

context as (
    select * from {{ source('run', 'run_context') }}
),

-- The big grid is the village or community (000 篇4 三(四)); where none is drawn a leaf grid stands
-- for the unit. A unit of several takes the first by number: overlap is a figure of its own.
candidate as (
    select
        grid.admin_unit_id,
        grid.grid_id,
        grid.grid_name,
        row_number() over (
            partition by grid.admin_unit_id
            order by
                case grid.grid_level_code when 'big' then 0 else 1 end,
                grid.grid_id
        ) as preference
    from grid
    cross join context
    where
        grid.live_date <= context.period_end
        and coalesce(grid.closed_date > context.period_end, true)
),

-- Units without a grid are kept under their branch, so that its grids add up to the branch.
mapped as (
    select
        unit.admin_unit_id,
        unit.branch_id,
        coalesce(candidate.grid_id, unit.branch_id || ':no_grid') as grid_id,
        coalesce(candidate.grid_name, '未划入网格') as grid_name,
        candidate.grid_id is not null as has_grid
    from unit
    left join candidate
        on unit.admin_unit_id = candidate.admin_unit_id and candidate.preference = 1
)

select * from mapped
