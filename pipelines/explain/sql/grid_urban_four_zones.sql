-- metrics: grid_urban_four_zones
-- loads: grid@period
-- grain: one row per urban leaf grid with a sub-class; the first of a sub-class carries 1
with

context as (
    select * from run.run_context
),

leaf as (
    select
        grid.*,
        row_number() over (
            partition by grid.grid_subclass_code order by grid.live_date, grid.grid_id
        ) as occurrence
    from grid
    cross join context
    left join int_unit_grid as unit_grid on grid.admin_unit_id = unit_grid.admin_unit_id
    where
        grid.grid_level_code = 'leaf'
        and grid.grid_class_code = 'urban'
        and grid.grid_subclass_code is not null
        and grid.live_date <= context.period_end
        and coalesce(grid.closed_date > context.period_end, true)
        and list_contains($branches, grid.branch_id)
        and coalesce(
            list_contains(
                $grids,
                case
                    when unit_grid.branch_id = grid.branch_id then unit_grid.grid_id
                    else grid.branch_id || ':no_grid'
                end
            ),
            true
        )
)

select
    'urban_subclasses' as segment,
    'grid' as ledger,
    branch_id,
    load_id,
    row_no,
    grid_id as row_key,
    case when occurrence = 1 then 1 else 0 end as numerator_part,
    cast(null as integer) as denominator_part,
    grid_subclass_code,
    admin_unit_id,
    live_date
from leaf
