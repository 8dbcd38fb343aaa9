-- metrics: cooperation_agreement
-- loads: admin_unit@period, workstation@period
-- grain: all units: one row per unit; units with a workstation: one row per open workstation, a unit
--     counts in the first of its rows
with

context as (
    select * from run.run_context
),

unit as (
    select unit.*
    from admin_unit as unit
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
),

station as (
    select
        unit.branch_id as unit_branch_id,
        unit.admin_unit_name,
        workstation.*,
        coalesce(workstation.agreement_date <= context.period_end, false) as is_signed
    from workstation
    cross join context
    inner join unit on workstation.admin_unit_id = unit.admin_unit_id
    where
        workstation.opened_date <= context.period_end
        and coalesce(workstation.closed_date > context.period_end, true)
),

-- signed ones come first, so that the first row of a unit says whether it has an agreement
ranked as (
    select
        station.*,
        row_number() over (
            partition by admin_unit_id order by is_signed desc, workstation_id
        ) as occurrence
    from station
)

select
    'all_units' as segment,
    'admin_unit' as ledger,
    unit.branch_id,
    unit.load_id,
    unit.row_no,
    unit.admin_unit_id as row_key,
    case when unit.agreement_date <= context.period_end then 1 else 0 end as numerator_part,
    1 as denominator_part,
    unit.admin_unit_name,
    unit.agreement_date
from unit
cross join context
union all
select
    'workstation_unit' as segment,
    'workstation' as ledger,
    unit_branch_id as branch_id,
    load_id,
    row_no,
    workstation_id as row_key,
    case when occurrence = 1 and is_signed then 1 else 0 end as numerator_part,
    case when occurrence = 1 then 1 else 0 end as denominator_part,
    admin_unit_name,
    agreement_date
from ranked
