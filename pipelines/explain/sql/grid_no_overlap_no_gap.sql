-- metrics: grid_no_overlap_no_gap
-- loads: admin_unit@period, grid@period
-- labels: live_leaf_count=在用小网格数|live leaf grids
-- grain: gap: one row per unit without a live leaf grid; overlap: one row per grid of a unit with
--     more than one
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

unit as (
    select
        unit.*,
        (select count(*) from leaf where leaf.admin_unit_id = unit.admin_unit_id)
            as live_leaf_count
    from admin_unit as unit
    where list_contains($branches, unit.branch_id)
),

-- a unit counts once: its first grid carries 1
overlapping as (
    select
        unit.branch_id,
        unit.admin_unit_id,
        unit.admin_unit_name,
        unit.unit_kind_code,
        unit.live_leaf_count,
        leaf.load_id,
        leaf.row_no,
        leaf.grid_id,
        leaf.live_date,
        row_number() over (
            partition by unit.admin_unit_id order by leaf.live_date, leaf.grid_id
        ) as occurrence
    from unit
    inner join leaf on unit.admin_unit_id = leaf.admin_unit_id
    where unit.live_leaf_count > 1
)

select
    'gap' as segment,
    'admin_unit' as ledger,
    branch_id,
    load_id,
    row_no,
    admin_unit_id as row_key,
    1 as numerator_part,
    cast(null as integer) as denominator_part,
    cast(null as varchar) as admin_unit_id,
    admin_unit_name,
    unit_kind_code,
    live_leaf_count,
    cast(null as date) as live_date
from unit
where live_leaf_count = 0
union all
select
    'overlap' as segment,
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
    live_leaf_count,
    live_date
from overlapping
