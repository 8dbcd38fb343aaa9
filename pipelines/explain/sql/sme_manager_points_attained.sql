-- metrics: sme_manager_points_attained_rate
-- loads: staff@period, qualitative_score@year, scheme_param@period
-- labels: points=本年积分|points of the year, standard=达标线|standard
-- grain: one row per small-business manager on post
with

earned as (
    select
        score.subject_id,
        sum(score.score) as points
    from qualitative_score_history as score
    inner join run.run_month as month_window
        on score.month = month_window.month and month_window.is_current_year
    where
        score.scheme_id = 'ganyin_five_projects'
        and score.subject_kind_code = 'person'
        and score.item_code in ('lending', 'self_improvement', 'asset_quality')
    group by score.subject_id
)

select
    'all' as segment,
    'staff' as ledger,
    staff.branch_id,
    staff.load_id,
    staff.row_no,
    staff.staff_id as row_key,
    case when coalesce(earned.points, 0) >= param.param_number then 1 else 0 end as numerator_part,
    1 as denominator_part,
    staff.grade_code,
    coalesce(earned.points, 0) as points,
    param.param_number as standard
from staff
left join earned on staff.staff_id = earned.subject_id
left join int_scheme_param as param
    on
        staff.branch_id = param.org_id
        and param.scheme_id = 'ganyin_five_projects'
        and param.param_name = 'points_standard:' || staff.grade_code
where
    list_contains($branches, staff.branch_id)
    and staff.status_code = 'on_post'
    and staff.post_code = 'sme_manager'
