-- grain: one row per branch, kind and channel of complaint: what was received this year
with

complaint as (
    select * from {{ ref('complaint_history') }}
),

month_window as (
    select * from {{ source('run', 'run_month') }}
    where is_current_year
),

context as (
    select * from {{ source('run', 'run_context') }}
),

param as (
    select * from {{ ref('int_scheme_param') }}
    where scheme_id = 'complaint_mgmt' and param_name = 'complaint_limit_days'
),

-- the limit is missing in the source (AMB-100): days from receipt to closing, the last one included
by_branch as (
    select
        complaint.branch_id,
        complaint.complaint_kind_code,
        complaint.channel_code,
        count(*) as received_count,
        sum(case when complaint.closed_date <= context.period_end then 1 else 0 end)
            as closed_count,
        sum(
            case
                when
                    complaint.closed_date <= context.period_end
                    and complaint.closed_date
                    <= {{ add_days('complaint.received_date', 'param.param_number') }}
                    then 1
                else 0
            end
        ) as within_limit_count,
        sum(
            case
                when
                    complaint.closed_date <= context.period_end
                    and complaint.revisited_date <= context.period_end
                    then 1
                else 0
            end
        ) as revisited_count,
        max(
            case
                when param.org_id is null then 'missing_parameter:complaint_limit_days'
                when param.param_number is null then 'invalid_parameter:complaint_limit_days'
            end
        ) as limit_reason
    from complaint
    inner join month_window on complaint.month = month_window.month
    cross join context
    left join param on complaint.branch_id = param.org_id
    group by
        complaint.branch_id,
        complaint.complaint_kind_code,
        complaint.channel_code
)

select * from by_branch
