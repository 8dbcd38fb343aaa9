-- metrics: sanxia_three_seamless
-- loads: admin_unit@period, grid@period, grid_assignment@period, engagement@period
-- grain: one row per gap: a unit without a leaf grid, a leaf grid without an officer or service
with

context as (
    select * from run.run_context
),

leaf as (
    select grid.*
    from grid
    inner join context
        on
            grid.live_date <= context.period_end
            and coalesce(grid.closed_date > context.period_end, true)
    where grid.grid_level_code = 'leaf'
),

gap as (
    select
        'grid_gap' as segment,
        'admin_unit' as ledger,
        unit.branch_id,
        unit.load_id,
        unit.row_no,
        unit.admin_unit_id as row_key,
        unit.admin_unit_id,
        unit.admin_unit_name
    from admin_unit as unit
    where unit.admin_unit_id not in (select leaf.admin_unit_id from leaf)
    union all
    select
        'responsibility_gap' as segment,
        'grid' as ledger,
        leaf.branch_id,
        leaf.load_id,
        leaf.row_no,
        leaf.grid_id as row_key,
        leaf.admin_unit_id,
        cast(null as varchar) as admin_unit_name
    from leaf
    cross join context
    where
        not exists (
            select 1 from grid_assignment as assignment
            where
                assignment.grid_id = leaf.grid_id
                and assignment.role_code = 'officer'
                and assignment.start_date <= context.period_end
                and coalesce(assignment.end_date >= context.period_end, true)
        )
    union all
    select
        'service_gap' as segment,
        'grid' as ledger,
        leaf.branch_id,
        leaf.load_id,
        leaf.row_no,
        leaf.grid_id as row_key,
        leaf.admin_unit_id,
        cast(null as varchar) as admin_unit_name
    from leaf
    where
        not exists (
            select 1 from engagement_history as engagement
            where engagement.grid_id = leaf.grid_id and engagement.month = $period
        )
)

select
    gap.segment,
    gap.ledger,
    gap.branch_id,
    gap.load_id,
    gap.row_no,
    gap.row_key,
    1 as numerator_part,
    cast(null as integer) as denominator_part,
    gap.admin_unit_id,
    gap.admin_unit_name
from gap
left join int_unit_grid as unit_grid on gap.admin_unit_id = unit_grid.admin_unit_id
where
    list_contains($branches, gap.branch_id)
    and coalesce(
        list_contains(
            $grids,
            case
                when unit_grid.branch_id = gap.branch_id then unit_grid.grid_id
                else gap.branch_id || ':no_grid'
            end
        ),
        true
    )
