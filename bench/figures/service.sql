-- ---- complaints -----------------------------------------------------------------------------------

create table received as
select
    m.org_id, c.channel_code, c.complaint_kind_code as kind, c.received_date, c.closed_date,
    c.closed_date <= getvariable('period_end') as is_closed,
    c.revisited_date <= getvariable('period_end') as is_revisited
from complaint_sent as c
join month on month.month = c._period and month.is_current_year
join member as m on m.branch_id = c.branch_id
where c.received_date between getvariable('year_start') and getvariable('period_end');

insert into measured
with complaints as (
    select
        o.org_id, any_value(s.value) as days, any_value(lack.year) as reason, count(r.org_id) as received,
        count(*) filter (is_closed) as closed, count(*) filter (is_closed and is_revisited) as revisited,
        count(*) filter (r.closed_date <= received_date + cast(s.value as integer)) as timely,
        count(distinct channel_code) filter (
            channel_code in ('customer_aid', 'service_line', 'supervision_line')
        ) as hotlines
    from org as o
    left join received as r on r.org_id = o.org_id
    left join setting as s
        on s.org_id = o.org_id and s.scheme_id = 'complaint_mgmt' and s.param_name = 'complaint_limit_days'
    left join lack on lack.org_id = o.org_id and lack.ledger = 'complaint'
    where o.is_active
    group by o.org_id
)
select f.m, f.k, org_id, f.s, f.n, f.d, null, coalesce(f.missing, reason)
from (
    select org_id, reason, unnest([
        {m: 'complaint_closed_rate', k: 'ratio', s: 'all', n: closed, d: received, missing: null},
        {m: 'complaint_revisit', k: 'ratio', s: 'all', n: revisited, d: closed, missing: null},
        {
            m: 'complaint_within_limit_rate', k: 'ratio', s: 'all', n: timely, d: received,
            missing: case when days is null then 'missing_parameter:complaint_limit_days' end
        },
        {m: 'complaint_hotline_levels', k: 'count', s: 'hotlines', n: hotlines, d: null, missing: null}
    ]) as f
    from complaints
);

insert into measured
with counted as (
    select
        org_id, coalesce(kind, channel_code, 'all') as segment, count(*) as complaints,
        grouping(kind, channel_code) as sliced
    from received
    group by grouping sets ((org_id, kind), (org_id, channel_code), (org_id))
)
select s.metric_id, 'count', o.org_id, s.segment, coalesce(c.complaints, 0), null, null, lack.year
from org as o
cross join (
    values ('complaint_count', 'all', 3), ('complaint_count', 'opinion', 1),
        ('complaint_count', 'suggestion', 1), ('complaint_count', 'complaint', 1),
        ('complaint_count_by_channel', 'all', 3), ('complaint_count_by_channel', 'customer_aid', 2),
        ('complaint_count_by_channel', 'service_line', 2), ('complaint_count_by_channel', 'supervision_line', 2),
        ('complaint_count_by_channel', 'on_site', 2), ('complaint_count_by_channel', 'online', 2),
        ('complaint_count_by_channel', 'regulator', 2)
) as s (metric_id, segment, sliced)
left join counted as c on c.org_id = o.org_id and c.segment = s.segment and c.sliced = s.sliced
left join lack on lack.org_id = o.org_id and lack.ledger = 'complaint'
where o.is_active;

insert into measured
with same_months as (
    select month, is_current_year from month where right(month, 2) <= right(getvariable('period'), 2)
),
change as (
    select m.org_id, sum(case when s.is_current_year then 1 else -1 end) as change
    from complaint_sent as c
    join same_months as s on s.month = c._period
    join member as m on m.branch_id = c.branch_id
    where c.complaint_kind_code = 'complaint'
    group by m.org_id
),
absent as (
    select org_id, min(reason) as reason from gap
    where ledger = 'complaint' and month in (select month from same_months)
    group by org_id
)
select 'svc_complaint_decrease', 'count', o.org_id, 'all', coalesce(c.change, 0), null, null, a.reason
from org as o
left join change as c on c.org_id = o.org_id
left join absent as a on a.org_id = o.org_id
where o.is_active;

-- ---- quality of service: one row without its number leaves no figure --------------------------------

insert into measured
with checks as (
    select
        m.org_id, count(*) filter (check_kind_code = 'mystery_visit') as visits,
        sum(score) filter (check_kind_code = 'mystery_visit') as points,
        bool_or(check_kind_code = 'mystery_visit' and score is null) as lacks_points,
        sum(satisfied_count) filter (check_kind_code = 'satisfaction_survey') as satisfied,
        sum(respondent_count) filter (check_kind_code = 'satisfaction_survey') as respondents,
        count(*) filter (check_kind_code = 'queue_ticket') as queues,
        sum(average_wait_minutes) filter (check_kind_code = 'queue_ticket') as minutes,
        bool_or(check_kind_code = 'queue_ticket' and average_wait_minutes is null) as lacks_minutes
    from service_check_sent as c
    join month on month.month = c._period and month.is_current_year
    join member as m on m.branch_id = c.branch_id
    where c.check_date between getvariable('year_start') and getvariable('period_end')
    group by m.org_id
)
select f.m, 'ratio', org_id, f.s, f.n, f.d, null, reason
from (
    select o.org_id, lack.year as reason, unnest([
        {
            m: 'mystery_shopper_score', s: 'outlets',
            n: cast(case when not coalesce(lacks_points, false) then coalesce(points, 0) end as decimal(38, 9)),
            d: coalesce(visits, 0)
        },
        {m: 'customer_satisfaction_rate', s: 'outlets', n: coalesce(satisfied, 0), d: coalesce(respondents, 0)},
        {
            m: 'svc_queue_time', s: 'all',
            n: case when not coalesce(lacks_minutes, false) then coalesce(minutes, 0) end, d: coalesce(queues, 0)
        }
    ]) as f
    from org as o
    left join checks as c on c.org_id = o.org_id
    left join lack on lack.org_id = o.org_id and lack.ledger = 'service_check'
    where o.is_active
);

insert into measured
with outlets as (
    select
        o.org_id, count(*) as outlets, count(*) filter (u.is_hotline_posted) as posted,
        bool_or(u.is_hotline_posted is null) as lacks_flag,
        count(*) filter (u.transformed_date <= getvariable('period_end')) as changed,
        count(*) filter (u.transformed_date between getvariable('year_start') and getvariable('period_end')) as new,
        count(*) filter (
            u.transformed_date <= getvariable('period_end') and u.six_s_date <= getvariable('period_end')
        ) as tidy
    from org as o
    join member as m on m.org_id = o.org_id
    join branch as b on b.org_id = m.branch_id and b.is_active
    join org_unit as u on u.org_id = b.org_id
    where o.is_active
    group by o.org_id
)
select f.m, 'ratio', org_id, f.s, f.n, f.d, null, null
from (
    select org_id, unnest([
        {m: 'complaint_phone_published', s: 'all', n: case when not lacks_flag then posted end, d: outlets},
        {m: 'svc_6s', s: 'all', n: tidy, d: changed},
        {m: 'transformation_import_rate', s: 'outlets', n: new, d: outlets},
        {m: 'transformation_import_rate', s: 'cumulative', n: changed, d: outlets}
    ]) as f
    from outlets
);

insert into measured
with attended as (
    select t.branch_id, count(*) as attendances
    from training_sent as t
    join month on month.month = t._period and month.is_current_year
    where t.person_id in (
        select staff_id from staff
        where post_code in ('sme_manager', 'credit_officer', 'deposit_officer', 'inclusive_specialist')
    )
    group by t.branch_id
)
select
    'marketing_staff_training', 'count', o.org_id, 'outlet_marketing_staff', coalesce(sum(a.attendances), 0),
    null, null, coalesce(any_value(lack.year), any_value(register.now))
from org as o
join member as m on m.org_id = o.org_id
left join attended as a on a.branch_id = m.branch_id
left join lack on lack.org_id = o.org_id and lack.ledger = 'training'
left join lack as register on register.org_id = o.org_id and register.ledger = 'staff'
where o.is_active
group by o.org_id;
