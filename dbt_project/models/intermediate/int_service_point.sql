-- grain: one row per service point or device in place at period end or at the year before's end
with

point as (
    select * from {{ ref('service_point') }}
),

unit_grid as (
    select * from {{ ref('int_unit_grid') }}
),

context as (
    select * from {{ source('run', 'run_context') }}
),

-- In use: of state active at period end. In place: opened and not closed by then, suspended ones
-- among them; of an earlier day only the dates are known, not the state.
dated as (
    select
        point.point_id,
        point.branch_id,
        {{ grid_of('point', 'unit_grid') }} as grid_id,
        point.admin_unit_id,
        point.point_type_code,
        point.status_code = 'active'
        and point.opened_date <= context.period_end
        and coalesce(point.closed_date > context.period_end, true) as is_in_use,
        point.opened_date <= context.period_end
        and coalesce(point.closed_date > context.period_end, true) as is_in_place,
        point.opened_date < context.year_start
        and coalesce(point.closed_date >= context.year_start, true) as was_in_place
    from point
    cross join context
    left join unit_grid on point.admin_unit_id = unit_grid.admin_unit_id
)

select * from dated
where is_in_place or was_in_place
