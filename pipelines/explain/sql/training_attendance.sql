-- metrics: cm_training_plan, marketing_staff_training
-- loads: training@year, staff@period
-- grain: one row per attendance that counts
select
    case $metric_id when 'cm_training_plan' then 'all' else 'outlet_marketing_staff' end as segment,
    'training' as ledger,
    training.branch_id,
    training.load_id,
    training.row_no,
    training.training_id || ' ' || training.person_id as row_key,
    1 as numerator_part,
    cast(null as bigint) as denominator_part,
    training.training_date,
    training.topic_code,
    staff.post_code
from training_history as training
inner join run.run_month as month_window
    on training.month = month_window.month and month_window.is_current_year
left join staff on training.person_id = staff.staff_id
where
    list_contains($branches, training.branch_id)
    and case $metric_id
        when 'cm_training_plan' then training.topic_code = 'sailing_plan'
        else
            staff.post_code
            in ('sme_manager', 'credit_officer', 'deposit_officer', 'inclusive_specialist')
    end
