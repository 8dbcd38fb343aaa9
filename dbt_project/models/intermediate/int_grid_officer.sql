-- grain: one row per assignment in force at period end to a grid in force, person and role
with

assignment as (
    select * from {{ ref('grid_assignment') }}
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

-- the last day of an assignment still counts; a grid is in force until the day before it closes
in_force as (
    select
        assignment.*,
        grid.grid_level_code,
        grid.admin_unit_id
    from assignment
    cross join context
    inner join grid on assignment.grid_id = grid.grid_id
    where
        assignment.start_date <= context.period_end
        and coalesce(assignment.end_date >= context.period_end, true)
        and grid.live_date <= context.period_end
        and coalesce(grid.closed_date > context.period_end, true)
),

-- one person, one grid (AMB-013): the leaf grids that a person is officer of
held as (
    select
        person_id,
        count(distinct grid_id) as held_leaf_count
    from in_force
    where role_code = 'officer' and grid_level_code = 'leaf'
    group by person_id
),

officer as (
    select
        in_force.branch_id,
        {{ grid_of('in_force', 'unit_grid') }} as grid_id,
        in_force.grid_id as assigned_grid_id,
        in_force.grid_level_code,
        in_force.person_id,
        in_force.role_code,
        in_force.employment_code,
        in_force.organisation_code,
        in_force.is_primary,
        in_force.certificate_no is not null as has_certificate,
        coalesce(held.held_leaf_count, 0) as held_leaf_count,
        in_force.is_publicity_officer,
        in_force.is_information_officer,
        in_force.is_loan_assistant,
        in_force.is_supervisor,
        in_force.is_collector
    from in_force
    left join held on in_force.person_id = held.person_id
    left join unit_grid on in_force.admin_unit_id = unit_grid.admin_unit_id
)

select * from officer
