-- metrics: mobile_3g_terminal_increase
-- loads: service_point@period
-- grain: one row per mobile 3G terminal: 1 where new in the year, -1 where gone, 0 where it stayed
with

context as (
    select * from run.run_context
),

terminal as (
    select
        point.*,
        case
            when
                point.opened_date <= context.period_end
                and coalesce(point.closed_date > context.period_end, true)
                then 1
            else 0
        end as closing,
        case
            when
                point.opened_date < context.year_start
                and coalesce(point.closed_date >= context.year_start, true)
                then 1
            else 0
        end as opening
    from service_point as point
    cross join context
    where point.point_type_code = 'mobile_3g'
)

select
    'all' as segment,
    'service_point' as ledger,
    terminal.branch_id,
    terminal.load_id,
    terminal.row_no,
    terminal.point_id as row_key,
    terminal.closing - terminal.opening as numerator_part,
    cast(null as integer) as denominator_part,
    terminal.admin_unit_id,
    terminal.opened_date,
    terminal.closed_date
from terminal
left join int_unit_grid as unit_grid on terminal.admin_unit_id = unit_grid.admin_unit_id
where
    terminal.closing + terminal.opening > 0
    and list_contains($branches, terminal.branch_id)
    and coalesce(
        list_contains(
            $grids,
            case
                when unit_grid.branch_id = terminal.branch_id then unit_grid.grid_id
                else terminal.branch_id || ':no_grid'
            end
        ),
        true
    )
