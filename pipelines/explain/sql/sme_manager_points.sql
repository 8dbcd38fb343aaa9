-- metrics: sme_manager_points
-- loads: staff@period, qualitative_score@year
-- grain: numerator: one row per score of a manager; denominator: one row per manager on post
with

manager as (
    select *
    from staff
    where
        list_contains($branches, branch_id)
        and status_code = 'on_post'
        and post_code = 'sme_manager'
),

score as (
    select
        manager.branch_id,
        score.*
    from qualitative_score_history as score
    inner join run.run_month as month_window
        on score.month = month_window.month and month_window.is_current_year
    inner join manager on score.subject_id = manager.staff_id
    where
        score.scheme_id = 'ganyin_five_projects'
        and score.subject_kind_code = 'person'
        and score.item_code in ('lending', 'self_improvement', 'asset_quality')
),

dimension as (
    select unnest(['all', 'lending', 'self_improvement', 'asset_quality']) as segment
)

select
    dimension.segment,
    'qualitative_score' as ledger,
    score.branch_id,
    score.load_id,
    score.row_no,
    score.subject_id || ' ' || score.item_code as row_key,
    score.score as numerator_part,
    cast(null as bigint) as denominator_part,
    score.scored_date,
    score.item_code,
    cast(null as varchar) as grade_code
from score
inner join dimension on dimension.segment in ('all', score.item_code)
union all
select
    dimension.segment,
    'staff' as ledger,
    manager.branch_id,
    manager.load_id,
    manager.row_no,
    manager.staff_id as row_key,
    cast(null as decimal(18, 9)) as numerator_part,
    1 as denominator_part,
    cast(null as date) as scored_date,
    cast(null as varchar) as item_code,
    manager.grade_code
from manager
cross join dimension
