-- grain: one row per branch, grid and archive segment with archives in force
with

archive as (
    select * from {{ ref('customer_archive') }}
),

unit_grid as (
    select * from {{ ref('int_unit_grid') }}
),

context as (
    select * from {{ source('run', 'run_context') }}
),

rated as (
    select
        archive.branch_id,
        {{ grid_of('archive', 'unit_grid') }} as grid_id,
        archive.segment_code,
        count(*) as archive_count,
        sum(
            case
                when
                    archive.rating_code is not null and archive.rating_date <= context.period_end
                    then 1
                else 0
            end
        ) as rated_count
    from archive
    cross join context
    left join unit_grid on archive.admin_unit_id = unit_grid.admin_unit_id
    where
        archive.status_code = 'complete'
        and archive.opened_date <= context.period_end
        and coalesce(archive.expiry_date >= context.period_end, true)
    group by
        archive.branch_id,
        {{ grid_of('archive', 'unit_grid') }},
        archive.segment_code
)

select * from rated
