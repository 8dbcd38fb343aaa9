-- grain: one row per visit or revisit done in the closed month
with

engagement as (
    select * from {{ ref('engagement_history') }}
    where engagement_type_code in ('visit', 'revisit') and result_code = 'done'
),

archive as (
    select * from {{ ref('customer_archive') }}
    where status_code <> 'cancelled'
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

visit as (
    select engagement.*
    from engagement
    inner join context on engagement.month = context.period
),

visited as (
    select distinct subject_id from visit
),

-- the latest care taken of the archives of a subject visited
updated as (
    select
        archive.subject_id,
        max(archive.updated_date) as updated_date
    from archive
    inner join visited on archive.subject_id = visited.subject_id
    inner join context on archive.updated_date <= context.period_end
    group by archive.subject_id
),

placed as (
    select
        visit.engagement_id,
        visit.branch_id,
        {{ grid_of('visit', 'unit_grid') }} as grid_id,
        visit.engagement_type_code,
        coalesce(updated.updated_date >= visit.event_date, false) as is_updated
    from visit
    left join updated on visit.subject_id = updated.subject_id
    left join grid on visit.grid_id = grid.grid_id
    left join unit_grid on grid.admin_unit_id = unit_grid.admin_unit_id
)

select * from placed
