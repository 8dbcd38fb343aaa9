-- ---- customer managers: grades, points, numbers, work, expense -------------------------------------

create table manager as
with held as (
    select manager_id, count(distinct customer_id) as households, sum(balance) as balance
    from note
    where is_inclusive and balance > 0 and manager_id in (select staff_id from staff where post_code = 'sme_manager')
    group by manager_id
),
breakpoint as (
    select
        org_id, cast(substr(param_name, 10, 1) as integer) as grade,
        max(cast(value as decimal(18, 2))) filter (ends_with(param_name, 'min_households')) as households,
        max(cast(value as decimal(18, 2))) filter (ends_with(param_name, 'min_balance')) as balance
    from setting
    where scheme_id = 'ganyin_five_projects' and regexp_full_match(param_name, 'cm_grade_[1-5]_min_(households|balance)')
    group by all
),
scored as (
    select
        subject_id, sum(score) as points, sum(score) filter (item_code = 'lending') as lending,
        sum(score) filter (item_code = 'self_improvement') as self_improvement,
        sum(score) filter (item_code = 'asset_quality') as asset_quality
    from qualitative_score_sent as q
    join month as m on m.month = q._period and m.is_current_year
    where scheme_id = 'ganyin_five_projects' and subject_kind_code = 'person'
        and item_code in ('lending', 'self_improvement', 'asset_quality')
    group by subject_id
)
select
    s.staff_id, s.branch_id, coalesce('grade_' || min(b.grade), 'ungraded') as grade,
    coalesce(any_value(p.points), 0) as points, coalesce(any_value(p.lending), 0) as lending,
    coalesce(any_value(p.self_improvement), 0) as self_improvement,
    coalesce(any_value(p.asset_quality), 0) as asset_quality,
    cast(any_value(t.value) as decimal(18, 9)) as standard
from staff as s
left join held as h on h.manager_id = s.staff_id
left join breakpoint as b
    on b.org_id = s.branch_id and coalesce(h.households, 0) >= b.households and coalesce(h.balance, 0) >= b.balance
left join scored as p on p.subject_id = s.staff_id
left join setting as t
    on t.org_id = s.branch_id and t.scheme_id = 'ganyin_five_projects'
    and t.param_name = 'points_standard:' || s.grade_code
where s.post_code = 'sme_manager' and s.status_code = 'on_post'
group by s.staff_id, s.branch_id;

insert into measured
select f.m, f.k, org_id, f.s, f.n, f.d, null, f.reason
from (
    select o.org_id, unnest([
        {m: 'cm_grade_by_portfolio', k: 'count', s: 'grade_1', n: count(*) filter (g.grade = 'grade_1'), d: null, reason: null},
        {m: 'cm_grade_by_portfolio', k: 'count', s: 'grade_2', n: count(*) filter (g.grade = 'grade_2'), d: null, reason: null},
        {m: 'cm_grade_by_portfolio', k: 'count', s: 'grade_3', n: count(*) filter (g.grade = 'grade_3'), d: null, reason: null},
        {m: 'cm_grade_by_portfolio', k: 'count', s: 'grade_4', n: count(*) filter (g.grade = 'grade_4'), d: null, reason: null},
        {m: 'cm_grade_by_portfolio', k: 'count', s: 'grade_5', n: count(*) filter (g.grade = 'grade_5'), d: null, reason: null},
        {m: 'cm_grade_by_portfolio', k: 'count', s: 'ungraded', n: count(*) filter (g.grade = 'ungraded'), d: null, reason: null},
        {m: 'sme_manager_points', k: 'ratio', s: 'all', n: coalesce(sum(points), 0), d: count(g.staff_id), reason: null},
        {m: 'sme_manager_points', k: 'ratio', s: 'lending', n: coalesce(sum(lending), 0), d: count(g.staff_id), reason: null},
        {
            m: 'sme_manager_points', k: 'ratio', s: 'self_improvement', n: coalesce(sum(self_improvement), 0),
            d: count(g.staff_id), reason: null
        },
        {
            m: 'sme_manager_points', k: 'ratio', s: 'asset_quality', n: coalesce(sum(asset_quality), 0),
            d: count(g.staff_id), reason: null
        },
        {
            m: 'sme_manager_points_attained_rate', k: 'ratio', s: 'all', n: count(*) filter (points >= standard),
            d: count(g.staff_id),
            reason: case when count(g.staff_id) > count(standard) then 'missing_parameter:points_standard' end
        }
    ]) as f
    from org as o
    join member on member.org_id = o.org_id
    left join manager as g on g.branch_id = member.branch_id
    where o.is_active
    group by o.org_id
);

insert into measured
select f.m, f.k, org_id, f.s, f.n, f.d, null, null
from (
    select org_id, unnest([
        {m: 'sme_manager_headcount', k: 'count', s: 'all', n: managers, d: null},
        {m: 'sme_manager_headcount', k: 'count', s: 'strong_county_pilot_branch', n: pilot_managers, d: null},
        {m: 'sme_manager_certified_rate', k: 'ratio', s: 'all', n: certified, d: managers},
        {m: 'cm_rotation_three_years', k: 'ratio', s: 'all', n: case when not is_undated then due end, d: credit},
        {m: 'icbc_marketing_specialist', k: 'count', s: 'all', n: specialists, d: null}
    ]) as f
    from strength
);

-- how many managers a pilot branch may have: beyond 300 million yuan and 200 households
insert into measured
with pilot as (
    select b.org_id as branch_id, sum(c.balance) as balance, count(*) filter (c.balance > 0) as households
    from branch as b
    join org_unit as u on u.org_id = b.org_id and u.is_strong_county_pilot
    left join (
        select branch_id, customer_id, sum(balance) as balance from note
        where is_inclusive
            and branch_id in (select org_id from org_unit where is_strong_county_pilot)
        group by all
    ) as c on c.branch_id = b.org_id
    where b.is_active
    group by b.org_id
),
allowed as (
    select
        branch_id,
        case when balance > 300000000 and households > 200
            then least(cast(floor(balance - 300000000) as bigint) // 100000000, (households - 200) // 50) else 0 end as extra
    from pilot
)
select f.m, 'count', org_id, 'strong_county_pilot_branch', f.n, null, null, null
from (
    select o.org_id, unnest([
        {m: 'sme_manager_extra_quota', n: coalesce(sum(a.extra), 0)},
        {m: 'sme_manager_quota', n: coalesce(sum(a.extra + 3), 0)}
    ]) as f
    from org as o
    join member on member.org_id = o.org_id
    left join allowed as a on a.branch_id = member.branch_id
    where o.is_active
    group by o.org_id
);

insert into measured
select f.m, 'count', org_id, 'all', f.n, null, null, null
from (
    select o.org_id, unnest([
        {m: 'cm_leader_marketing', n: coalesce(sum(v.visits), 0)},
        {m: 'cm_training_plan', n: coalesce(sum(t.attended), 0)}
    ]) as f
    from org as o
    join member on member.org_id = o.org_id
    left join (
        select e.branch_id, count(*) as visits
        from engagement_sent as e
        join month as m on m.month = e._period and m.is_current_year
        where is_leader_led and engagement_type_code in ('visit', 'revisit', 'churn_revisit', 'lead_contact')
        group by e.branch_id
    ) as v on v.branch_id = member.branch_id
    left join (
        select t.branch_id, count(*) as attended
        from training_sent as t
        join month as m on m.month = t._period and m.is_current_year
        where topic_code = 'sailing_plan'
        group by t.branch_id
    ) as t on t.branch_id = member.branch_id
    where o.is_active
    group by o.org_id
);

-- inclusive expense of pilots, townships and the bank itself, over its quota
insert into measured
select f.m, f.k, org_id, f.s, f.n, f.d, null, null
from (
    select org_id, unnest([
        {m: 'earmarked_inclusive_expense', k: 'amount', s: segment, n: cost, d: null},
        {m: 'earmarked_expense_usage_rate', k: 'ratio', s: segment, n: cost, d: quota}
    ]) as f
    from (
        select
            o.org_id, i.segment, coalesce(sum(e.amount), 0) as cost, coalesce(sum(p.planned), 0) as quota
        from org as o
        cross join (
            values ('personnel_cost', 'personnel', 'personnel_quota'), ('variable_cost', 'variable', 'variable_quota')
        ) as i (segment, item, plan_item)
        join member on member.org_id = o.org_id
        left join org_unit as u
            on u.org_id = member.branch_id
            and (u.is_strong_county_pilot or u.location_code = 'township' or u.org_type_code = 'bank')
        left join expense as e on e.branch_id = u.org_id and e.is_now and e.line = 'inclusive' and e.item = i.item
        left join plan as p on p.org_id = u.org_id and p.item = i.plan_item
        where o.is_active
        group by all
    )
);
