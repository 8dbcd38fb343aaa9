-- metrics: urban_grid_coverage_rate
-- loads: admin_unit@period, grid@period
-- labels: live_leaf_count=在用小网格数|live leaf grids
-- grain: one row per urban community
with

context as (
    select * from run.run_context
),

unit as (
    select
        admin_unit.*,
        (
            select count(*)
            from grid
            cross join context
            where
                grid.admin_unit_id = admin_unit.admin_unit_id
                and grid.grid_level_code = 'leaf'
                and grid.live_date <= context.period_end
                and coalesce(grid.closed_date > context.period_end, true)
        ) as live_leaf_count
    from admin_unit
    where admin_unit.unit_kind_code = 'community' and admin_unit.is_urban
)

select
    'yiling_urban' as segment,
    'admin_unit' as ledger,
    unit.branch_id,
    unit.load_id,
    unit.row_no,
    unit.admin_unit_id as row_key,
    case when unit.live_leaf_count > 0 then 1 else 0 end as numerator_part,
    1 as denominator_part,
    unit.admin_unit_name,
    unit.is_urban,
    unit.live_leaf_count
from unit
left join int_unit_grid as unit_grid on unit.admin_unit_id = unit_grid.admin_unit_id
where
    list_contains($branches, unit.branch_id)
    and coalesce(
        list_contains(
            $grids,
            case
                when unit_grid.branch_id = unit.branch_id then unit_grid.grid_id
                else unit.branch_id || ':no_grid'
            end
        ),
        true
    )
