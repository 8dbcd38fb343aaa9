-- grain: one row per branch: complaints proper of the year and of the same months a year before
with

complaint as (
    select * from {{ ref('complaint_history') }}
    where complaint_kind_code = 'complaint'
),

context as (
    select * from {{ source('run', 'run_context') }}
),

by_branch as (
    select
        complaint.branch_id,
        sum(
            case
                when complaint.month >= {{ month_of('context.year_start') }} then 1
                else 0
            end
        ) as this_year_count,
        sum(
            case
                when complaint.month >= {{ month_of('context.year_start') }} then 0
                when
                    complaint.month
                    between {{ month_of(add_years('context.year_start', -1)) }}
                    and {{ month_of(add_years('context.period_end', -1)) }}
                    then 1
                else 0
            end
        ) as last_year_count
    from complaint
    cross join context
    group by complaint.branch_id
)

select * from by_branch
