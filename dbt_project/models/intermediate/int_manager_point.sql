-- grain: one row per small-business manager on post at period end and dimension of points
with

manager as (
    select * from {{ ref('staff') }}
    where status_code = 'on_post' and post_code = 'sme_manager'
),

score as (
    select * from {{ ref('qualitative_score_history') }}
    where scheme_id = 'ganyin_five_projects' and subject_kind_code = 'person'
),

month_window as (
    select * from {{ source('run', 'run_month') }}
    where is_current_year
),

dimension (item_code) as (
    values
    ('lending'),
    ('self_improvement'),
    ('asset_quality')
),

earned as (
    select
        score.subject_id,
        score.item_code,
        sum(score.score) as points
    from score
    inner join month_window on score.month = month_window.month
    group by
        score.subject_id,
        score.item_code
),

by_dimension as (
    select
        manager.branch_id,
        manager.staff_id,
        manager.grade_code,
        dimension.item_code,
        coalesce(earned.points, 0) as points
    from manager
    cross join dimension
    left join earned
        on manager.staff_id = earned.subject_id and dimension.item_code = earned.item_code
)

select * from by_dimension
