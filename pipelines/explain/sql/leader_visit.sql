-- metrics: cm_leader_marketing
-- loads: engagement@year
-- grain: one row per visit led by a branch leader
select
    'all' as segment,
    'engagement' as ledger,
    engagement.branch_id,
    engagement.load_id,
    engagement.row_no,
    engagement.engagement_id as row_key,
    1 as numerator_part,
    cast(null as bigint) as denominator_part,
    engagement.event_date,
    engagement.engagement_type_code,
    engagement.is_leader_led
from engagement_history as engagement
inner join run.run_month as month_window
    on engagement.month = month_window.month and month_window.is_current_year
where
    list_contains($branches, engagement.branch_id)
    and engagement.is_leader_led
    and engagement.engagement_type_code in ('visit', 'revisit', 'churn_revisit', 'lead_contact')
