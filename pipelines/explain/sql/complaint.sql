-- metrics: complaint_count, complaint_count_by_channel, complaint_hotline_levels,
--     complaint_closed_rate, complaint_within_limit_rate, complaint_revisit
-- loads: complaint@year, scheme_param@period
-- grain: one row per complaint, opinion or suggestion of the year that counts
with

registered as (
    select
        complaint.*,
        context.period_end,
        param.param_number as limit_days,
        row_number() over (
            partition by complaint.channel_code
            order by complaint.received_date, complaint.complaint_id
        ) as occurrence
    from complaint_history as complaint
    inner join run.run_month as month_window
        on complaint.month = month_window.month and month_window.is_current_year
    cross join run.run_context as context
    left join int_scheme_param as param
        on
            complaint.branch_id = param.org_id
            and param.scheme_id = 'complaint_mgmt'
            and param.param_name = 'complaint_limit_days'
    where list_contains($branches, complaint.branch_id)
),

counted as (
    select
        case $metric_id
            when 'complaint_count' then complaint_kind_code
            when 'complaint_count_by_channel' then channel_code
            when 'complaint_hotline_levels' then 'hotlines'
        end as segment,
        *
    from registered
    where
        $metric_id in ('complaint_count', 'complaint_count_by_channel')
        or (
            $metric_id = 'complaint_hotline_levels'
            and occurrence = 1
            and channel_code in ('customer_aid', 'service_line', 'supervision_line')
        )
    union all
    select
        'all' as segment,
        *
    from registered
    where
        $metric_id <> 'complaint_hotline_levels'
        and ($metric_id <> 'complaint_revisit' or closed_date <= period_end)
)

select
    segment,
    'complaint' as ledger,
    branch_id,
    load_id,
    row_no,
    complaint_id as row_key,
    case
        when
            case $metric_id
                when 'complaint_closed_rate' then closed_date <= period_end
                when 'complaint_within_limit_rate'
                    then
                        closed_date <= period_end
                        and closed_date - received_date <= limit_days
                when 'complaint_revisit' then revisited_date <= period_end
                else true
            end
            then 1
        else 0
    end as numerator_part,
    1 as denominator_part,
    received_date,
    closed_date,
    revisited_date,
    complaint_kind_code,
    channel_code
from counted
