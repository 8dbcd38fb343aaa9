-- grain: one row per satisfaction survey of a grid in the year
with

service_check as (
    select * from {{ ref('service_check_history') }}
    where check_kind_code = 'satisfaction_survey' and grid_id is not null
),

grid as (
    select * from {{ ref('grid') }}
),

unit_grid as (
    select * from {{ ref('int_unit_grid') }}
),

context as (
    select * from {{ source('run', 'run_context') }}
),

surveyed as (
    select
        service_check.check_id,
        service_check.branch_id,
        {{ grid_of('service_check', 'unit_grid') }} as grid_id,
        service_check.respondent_count,
        service_check.satisfied_count
    from service_check
    cross join context
    left join grid on service_check.grid_id = grid.grid_id
    left join unit_grid on grid.admin_unit_id = unit_grid.admin_unit_id
    where service_check.check_date between context.year_start and context.period_end
)

select * from surveyed
