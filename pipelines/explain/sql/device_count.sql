-- metrics: device_count
-- loads: service_point@period
-- grain: one row per point or device in use, once in all and once by kind
select
    unnest(['all', point.point_type_code]) as segment,
    'service_point' as ledger,
    point.branch_id,
    point.load_id,
    point.row_no,
    point.point_id as row_key,
    1 as numerator_part,
    cast(null as integer) as denominator_part,
    point.point_type_code,
    point.admin_unit_id,
    point.opened_date
from service_point as point
cross join run.run_context as context
left join int_unit_grid as unit_grid on point.admin_unit_id = unit_grid.admin_unit_id
where
    point.status_code = 'active'
    and point.opened_date <= context.period_end
    and coalesce(point.closed_date > context.period_end, true)
    and list_contains($branches, point.branch_id)
    and coalesce(
        list_contains(
            $grids,
            case
                when unit_grid.branch_id = point.branch_id then unit_grid.grid_id
                else point.branch_id || ':no_grid'
            end
        ),
        true
    )
