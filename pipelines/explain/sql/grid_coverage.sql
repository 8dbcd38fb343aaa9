-- metrics: grid_coverage_rate_annual, grid_coverage_rate_cumulative
-- loads: admin_unit@period, grid@period
-- switches: coverage_mode
-- labels: first_live_date=首个小网格上线日|first leaf grid live
-- grain: numerator: one row per live leaf grid of a covered unit; denominator: one row per unit
with

context as (
    select * from run.run_context
),

unit as (
    select * from admin_unit
    where list_contains($branches, branch_id)
),

leaf as (
    select
        grid.*,
        coalesce(grid.closed_date > context.period_end, true) as is_live
    from grid
    inner join context on grid.live_date <= context.period_end
    where grid.grid_level_code = 'leaf'
),

-- closed grids count for the first date: re-drawing a grid is no new coverage
first_live as (
    select
        admin_unit_id,
        min(live_date) as first_live_date
    from leaf
    group by admin_unit_id
),

-- a unit counts once: its first live leaf grid carries 1
covering as (
    select
        unit.branch_id,
        unit.admin_unit_id,
        unit.admin_unit_name,
        unit.unit_kind_code,
        leaf.load_id,
        leaf.row_no,
        leaf.grid_id,
        leaf.live_date,
        leaf.closed_date,
        first_live.first_live_date,
        row_number() over (
            partition by unit.admin_unit_id order by leaf.live_date, leaf.grid_id
        ) as occurrence
    from unit
    cross join context
    inner join leaf on unit.admin_unit_id = leaf.admin_unit_id and leaf.is_live
    inner join first_live on unit.admin_unit_id = first_live.admin_unit_id
    inner join int_switch as switch on switch.org_id = $org_id
    where
        $metric_id = 'grid_coverage_rate_cumulative'
        or switch.coverage_mode = 'level'
        or first_live.first_live_date >= context.year_start
)

select
    'all_units' as segment,
    'grid' as ledger,
    branch_id,
    load_id,
    row_no,
    grid_id as row_key,
    case when occurrence = 1 then 1 else 0 end as numerator_part,
    cast(null as integer) as denominator_part,
    admin_unit_id,
    admin_unit_name,
    unit_kind_code,
    live_date,
    closed_date,
    first_live_date
from covering
union all
select
    'all_units' as segment,
    'admin_unit' as ledger,
    branch_id,
    load_id,
    row_no,
    admin_unit_id as row_key,
    cast(null as integer) as numerator_part,
    1 as denominator_part,
    cast(null as varchar) as admin_unit_id,
    admin_unit_name,
    unit_kind_code,
    cast(null as date) as live_date,
    cast(null as date) as closed_date,
    cast(null as date) as first_live_date
from unit
