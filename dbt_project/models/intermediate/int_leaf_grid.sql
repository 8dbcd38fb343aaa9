-- grain: one row per leaf grid in force at period end
with

grid as (
    select * from {{ ref('grid') }}
),

officer as (
    select * from {{ ref('int_grid_officer') }}
),

unit_grid as (
    select * from {{ ref('int_unit_grid') }}
),

engagement as (
    select * from {{ ref('engagement_history') }}
),

staff as (
    select * from {{ ref('staff') }}
),

context as (
    select * from {{ source('run', 'run_context') }}
),

in_force as (
    select grid.*
    from grid
    inner join context
        on
            grid.live_date <= context.period_end
            and coalesce(grid.closed_date > context.period_end, true)
),

by_grid as (
    select
        assigned_grid_id,
        count(distinct person_id) as officer_count,
        count(distinct case when is_primary then person_id end) as primary_count,
        count(distinct case when employment_code = 'full_time' then person_id end)
            as staff_officer_count,
        max(case when employment_code = 'full_time' then held_leaf_count else 0 end)
            as most_held_count
    from officer
    where role_code = 'officer'
    group by assigned_grid_id
),

served as (
    select distinct engagement.grid_id
    from engagement
    inner join context on engagement.month = context.period
    where engagement.grid_id is not null
),

headed as (
    select distinct branch_id
    from staff
    where post_code = 'director' and status_code = 'on_post'
),

leaf as (
    select
        in_force.grid_id as leaf_grid_id,
        in_force.branch_id,
        {{ grid_of('in_force', 'unit_grid') }} as grid_id,
        in_force.grid_class_code,
        in_force.grid_subclass_code,
        parent.grid_id is not null as has_big_grid,
        coalesce(in_force.ledger_date <= context.period_end, false) as has_ledger,
        coalesce(by_grid.officer_count, 0) as officer_count,
        coalesce(by_grid.primary_count, 0) as primary_count,
        coalesce(by_grid.staff_officer_count, 0) as staff_officer_count,
        coalesce(by_grid.most_held_count, 0) as most_held_count,
        served.grid_id is not null as is_served,
        headed.branch_id is not null as has_branch_head
    from in_force
    cross join context
    left join in_force as parent
        on
            in_force.parent_grid_id = parent.grid_id
            and parent.grid_level_code = 'big'
            and in_force.admin_unit_id = parent.admin_unit_id
    left join by_grid on in_force.grid_id = by_grid.assigned_grid_id
    left join served on in_force.grid_id = served.grid_id
    left join headed on in_force.branch_id = headed.branch_id
    left join unit_grid on in_force.admin_unit_id = unit_grid.admin_unit_id
    where in_force.grid_level_code = 'leaf'
)

select * from leaf
