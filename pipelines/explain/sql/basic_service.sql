-- metrics: assisted_withdrawal_point_per_village, basic_service_village_coverage,
--     p8_no_leave_community
-- loads: admin_unit@period, grid@period, service_point@period
-- grain: denominator: one row per unit; numerator: one row per point in use that serves it, the
--     first of a unit carries 1
with

context as (
    select * from run.run_context
),

unit as (
    select
        unit.*,
        case
            when $metric_id = 'assisted_withdrawal_point_per_village' then ['village_grid']
            when $metric_id = 'basic_service_village_coverage' then ['administrative_village']
            else ['community_and_village', unit.unit_kind_code]
        end as segments
    from admin_unit as unit
    left join int_unit_grid as unit_grid on unit.admin_unit_id = unit_grid.admin_unit_id
    where
        (unit.unit_kind_code = 'village' or $metric_id = 'p8_no_leave_community')
        and ($metric_id <> 'assisted_withdrawal_point_per_village' or unit_grid.has_grid)
        and list_contains($branches, unit.branch_id)
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

point as (
    select
        service_point.*,
        unit.branch_id as unit_branch_id,
        unit.admin_unit_name,
        unit.unit_kind_code,
        unit.segments,
        row_number() over (
            partition by service_point.admin_unit_id
            order by service_point.opened_date, service_point.point_id
        ) as occurrence
    from service_point
    cross join context
    inner join unit on service_point.admin_unit_id = unit.admin_unit_id
    where
        service_point.status_code = 'active'
        and service_point.opened_date <= context.period_end
        and coalesce(service_point.closed_date > context.period_end, true)
        and (
            service_point.point_type_code = 'assisted_withdrawal'
            or (
                $metric_id <> 'assisted_withdrawal_point_per_village'
                and service_point.point_type_code in (
                    'atm', 'self_service_terminal', 'transfer_phone', 'self_service_bank'
                )
            )
        )
)

select
    unnest(segments) as segment,
    'admin_unit' as ledger,
    branch_id,
    load_id,
    row_no,
    admin_unit_id as row_key,
    cast(null as integer) as numerator_part,
    1 as denominator_part,
    admin_unit_name,
    unit_kind_code,
    cast(null as varchar) as point_type_code,
    cast(null as date) as opened_date
from unit
union all
select
    unnest(segments) as segment,
    'service_point' as ledger,
    unit_branch_id as branch_id,
    load_id,
    row_no,
    point_id as row_key,
    case when occurrence = 1 then 1 else 0 end as numerator_part,
    cast(null as integer) as denominator_part,
    admin_unit_name,
    unit_kind_code,
    point_type_code,
    opened_date
from point
