-- metrics: mystery_shopper_score, customer_satisfaction_rate, svc_queue_time
-- loads: service_check@year
-- grain: one row per visit, survey or waiting-time record of the year
select
    case $metric_id when 'svc_queue_time' then 'all' else 'outlets' end as segment,
    'service_check' as ledger,
    checked.branch_id,
    checked.load_id,
    checked.row_no,
    checked.check_id as row_key,
    case $metric_id
        when 'mystery_shopper_score' then checked.score
        when 'customer_satisfaction_rate' then checked.satisfied_count
        else checked.average_wait_minutes
    end as numerator_part,
    case $metric_id when 'customer_satisfaction_rate' then checked.respondent_count else 1 end
        as denominator_part,
    checked.check_date,
    checked.check_kind_code
from service_check_history as checked
inner join run.run_month as month_window
    on checked.month = month_window.month and month_window.is_current_year
where
    list_contains($branches, checked.branch_id)
    and checked.check_kind_code = case $metric_id
        when 'mystery_shopper_score' then 'mystery_visit'
        when 'customer_satisfaction_rate' then 'satisfaction_survey'
        else 'queue_ticket'
    end
