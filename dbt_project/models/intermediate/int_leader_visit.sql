-- grain: one row per branch: engagements of the year led by its leaders
with

engagement as (
    select * from {{ ref('engagement_history') }}
),

month_window as (
    select * from {{ source('run', 'run_month') }}
    where is_current_year
),

by_branch as (
    select
        engagement.branch_id,
        count(*) as engagement_count,
        sum(case when engagement.is_leader_led then 1 else 0 end) as leader_led_count
    from engagement
    inner join month_window on engagement.month = month_window.month
    where
        engagement.engagement_type_code in ('visit', 'revisit', 'churn_revisit', 'lead_contact')
    group by engagement.branch_id
)

select * from by_branch
