-- grain: one row per branch: checks, surveys and waiting times of the year
with

service_check as (
    select * from {{ ref('service_check_history') }}
),

month_window as (
    select * from {{ source('run', 'run_month') }}
    where is_current_year
),

by_branch as (
    select
        service_check.branch_id,
        sum(case when service_check.check_kind_code = 'mystery_visit' then 1 else 0 end)
            as mystery_count,
        sum(
            case
                when service_check.check_kind_code = 'mystery_visit'
                    then coalesce(service_check.score, 0)
                else 0
            end
        ) as mystery_score,
        sum(
            case
                when
                    service_check.check_kind_code = 'mystery_visit' and service_check.score is null
                    then 1
                else 0
            end
        ) as unknown_score_count,
        sum(
            case
                when service_check.check_kind_code = 'satisfaction_survey'
                    then coalesce(service_check.respondent_count, 0)
                else 0
            end
        ) as respondent_count,
        sum(
            case
                when service_check.check_kind_code = 'satisfaction_survey'
                    then coalesce(service_check.satisfied_count, 0)
                else 0
            end
        ) as satisfied_count,
        sum(
            case
                when
                    service_check.check_kind_code = 'satisfaction_survey'
                    and (
                        service_check.respondent_count is null
                        or service_check.satisfied_count is null
                    )
                    then 1
                else 0
            end
        ) as unknown_survey_count,
        sum(case when service_check.check_kind_code = 'queue_ticket' then 1 else 0 end)
            as queue_count,
        sum(
            case
                when service_check.check_kind_code = 'queue_ticket'
                    then coalesce(service_check.average_wait_minutes, 0)
                else 0
            end
        ) as wait_minutes,
        sum(
            case
                when
                    service_check.check_kind_code = 'queue_ticket'
                    and service_check.average_wait_minutes is null
                    then 1
                else 0
            end
        ) as unknown_wait_count
    from service_check
    inner join month_window on service_check.month = month_window.month
    group by service_check.branch_id
)

select * from by_branch
