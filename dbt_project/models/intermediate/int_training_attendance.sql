-- grain: one row per branch: attendances of the year
with

training as (
    select * from {{ ref('training_history') }}
),

staff as (
    select * from {{ ref('staff') }}
    where post_code in ('sme_manager', 'credit_officer', 'deposit_officer', 'inclusive_specialist')
),

month_window as (
    select * from {{ source('run', 'run_month') }}
    where is_current_year
),

-- attendances, not persons: who comes twice counts twice
by_branch as (
    select
        training.branch_id,
        count(*) as attendance_count,
        sum(case when training.topic_code = 'sailing_plan' then 1 else 0 end) as sailing_count,
        count(staff.staff_id) as marketing_staff_count
    from training
    inner join month_window on training.month = month_window.month
    left join staff on training.person_id = staff.staff_id
    group by training.branch_id
)

select * from by_branch
