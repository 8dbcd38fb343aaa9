-- ---- outlets: tiers, their part in inclusive business, cost and income --------------------------

create table outlet as
select
    b.org_id as branch_id, u.inclusive_tier_code as tier, u.tier_date,
    u.tier_date between getvariable('year_start') and getvariable('period_end') as is_built,
    u.inclusive_tier_code is not null and coalesce(u.tier_date <= getvariable('period_end'), true) as is_tiered
from branch as b join org_unit as u on u.org_id = b.org_id
where b.is_active;

-- of the year; one that names a loan counts when the month's loan is declared inclusive
create table part as
select p.branch_id, p.participation_code as way, p.staff_id
from business_participation_sent as p
join month as m on m.month = p._period and m.is_current_year
where p.loan_id is null or p.loan_id in (select loan_id from note where is_inclusive)
group by all;

insert into measured
select f.m, f.k, org_id, f.s, f.n, f.d, null, null
from (
    select o.org_id, unnest([
        {m: 'inclusive_outlet_count', k: 'count', s: 'all', n: count(*) filter (t.is_tiered), d: null},
        {m: 'inclusive_outlet_count', k: 'count', s: 'unclassified', n: count(*) filter (not t.is_tiered), d: null},
        {m: 'inclusive_outlet_count', k: 'count', s: 'flagship', n: count(*) filter (t.is_tiered and t.tier = 'flagship'), d: null},
        {m: 'inclusive_outlet_count', k: 'count', s: 'benchmark', n: count(*) filter (t.is_tiered and t.tier = 'benchmark'), d: null},
        {m: 'inclusive_outlet_count', k: 'count', s: 'popular', n: count(*) filter (t.is_tiered and t.tier = 'popular'), d: null},
        {m: 'outlet_tier_count', k: 'count', s: 'outlet', n: count(distinct t.tier) filter (t.is_tiered), d: null},
        {
            m: 'flagship_outlets_built', k: 'count', s: 'flagship', d: null,
            n: case when count(*) filter (t.tier = 'flagship' and t.tier_date is null) = 0
                then count(*) filter (t.tier = 'flagship' and t.is_built) end
        },
        {
            m: 'benchmark_outlets_built', k: 'count', s: 'benchmark', d: null,
            n: case when count(*) filter (t.tier = 'benchmark' and t.tier_date is null) = 0
                then count(*) filter (t.tier = 'benchmark' and t.is_built) end
        },
        {m: 'inclusive_outlet_coverage_rate', k: 'ratio', s: 'all_outlets', n: count(h.branch_id), d: count(t.branch_id)},
        {m: 'icbc_all_outlets_market', k: 'ratio', s: 'all', n: count(s.branch_id), d: count(t.branch_id)},
        {m: 'icbc_outlet_participation_metric', k: 'ratio', s: 'all', n: count(w.branch_id), d: count(t.branch_id)},
        {m: 'icbc_booking_outlet_ratio', k: 'ratio', s: 'all', n: count(*) filter (w.booking), d: count(t.branch_id)},
        {m: 'icbc_marketing_outlet_ratio', k: 'ratio', s: 'all', n: count(*) filter (w.marketing), d: count(t.branch_id)},
        {m: 'icbc_initiating_outlet_ratio', k: 'ratio', s: 'all', n: count(*) filter (w.initiating), d: count(t.branch_id)}
    ]) as f
    from org as o
    join member on member.org_id = o.org_id
    left join outlet as t on t.branch_id = member.branch_id
    left join (select distinct branch_id from note where is_inclusive and balance > 0) as h on h.branch_id = t.branch_id
    left join (select distinct branch_id from sold where is_sold) as s on s.branch_id = t.branch_id
    left join (
        select
            branch_id, bool_or(way = 'booking') as booking, bool_or(way = 'marketing') as marketing,
            bool_or(way = 'initiating') as initiating
        from part group by branch_id
    ) as w on w.branch_id = t.branch_id
    where o.is_active
    group by o.org_id
);

insert into measured
select 'icbc_participating_staff', 'count', o.org_id, w.way, count(distinct p.staff_id), null, null, null
from org as o
cross join (values ('marketing'), ('initiating')) as w (way)
join member on member.org_id = o.org_id
left join part as p on p.branch_id = member.branch_id and p.way = w.way
where o.is_active
group by all;

-- ---- what an outlet costs and earns ---------------------------------------------------------------

create table booked as
select
    o.org_id, e.line, e.item, coalesce(sum(e.amount) filter (e.is_now), 0) as now,
    coalesce(sum(e.amount) filter (not e.is_now), 0) as before
from org as o
join member on member.org_id = o.org_id
join expense as e on e.branch_id = member.branch_id
where o.is_active
group by all;

insert into measured
select a.metric_id, 'amount', o.org_id, a.segment, coalesce(sum(b.now), 0), null, null, null
from org as o
cross join (
    select 'outlet_income' as metric_id, unnest(['all', 'interest_margin', 'fee_income']) as segment
    union all
    select 'outlet_cost', unnest([
        'all', 'personnel', 'operating', 'variable', 'allocated', 'infrastructure', 'part_time_allowance',
        'public_relation', 'provision'
    ])
) as a
left join booked as b
    on b.org_id = o.org_id and b.line = 'all' and a.segment in (b.item, 'all')
    and case when is_cost(b.item) or b.item = 'provision' then 'outlet_cost'
        when b.item in ('interest_margin', 'fee_income') then 'outlet_income' end = a.metric_id
where o.is_active
group by all;

create table earned as
select
    o.org_id, l.line,
    coalesce(sum(now) filter (is_cost(b.item)), 0) as cost, coalesce(sum(before) filter (is_cost(b.item)), 0) as cost_before,
    coalesce(sum(now) filter (b.item in ('interest_margin', 'fee_income')), 0)
    - coalesce(sum(now) filter (b.item = 'provision' or is_cost(b.item)), 0) as profit
from org as o
cross join (values ('all'), ('inclusive'), ('other')) as l (line)
left join booked as b on b.org_id = o.org_id and b.line = l.line
where o.is_active
group by all;

insert into measured
select 'outlet_profit', 'amount', org_id, line, profit, null, null, null from earned;

insert into measured
select f.m, 'ratio', org_id, 'all', f.n, f.d, null, null
from (
    select e.org_id, unnest([
        {m: 'outlet_per_capita', n: e.profit, d: any_value(s.on_post)},
        {m: 'outlet_profit_contribution', n: e.profit, d: any_value(s.outlets)},
        {m: 'branch_expense_plan', n: e.cost, d: coalesce(sum(p.planned), 0)}
    ]) as f
    from earned as e
    join strength as s on s.org_id = e.org_id
    join member on member.org_id = e.org_id
    left join outlet as t on t.branch_id = member.branch_id
    left join plan as p on p.org_id = t.branch_id and p.item = 'expense'
    where e.line = 'all'
    group by e.org_id, e.profit, e.cost
);

-- growth of inclusive cost less growth of inclusive loans, over a year
insert into measured
with held as (
    select m.org_id, sum(l.balance) as balance
    from (
        select branch_id, sum(balance) as balance
        from loan_account_sent
        where is_inclusive and _period = strftime(getvariable('period_start') - interval 1 year, '%Y-%m')
        group by branch_id
    ) as l
    join member as m on m.branch_id = l.branch_id
    group by m.org_id
),
absent as (
    select org_id, min(reason) as reason
    from gap
    where (ledger = 'branch_expense' and right(month, 2) <= right(getvariable('period'), 2))
        or (ledger = 'loan_account' and right(month, 2) = right(getvariable('period'), 2))
    group by org_id
),
base as (
    select
        e.org_id, e.cost - e.cost_before as more_cost, e.cost_before as cost,
        p.inclusive - coalesce(h.balance, 0) as more_loan, coalesce(h.balance, 0) as loan, a.reason
    from earned as e
    join position as p on p.org_id = e.org_id and p.point = 'now'
    left join held as h on h.org_id = e.org_id
    left join absent as a on a.org_id = e.org_id
    where e.line = 'inclusive'
),
growth as (
    select
        org_id, reason, ratio6(more_cost, cost) as cost_growth, ratio6(more_loan, loan) as loan_growth,
        sign(more_cost * loan - more_loan * cost) * sign(cost) * sign(loan) as gap_sign
    from base
)
select
    'expense_growth_match', 'gap', org_id, 'all', cost_growth, loan_growth,
    case
        when gap_sign < 0 and cost_growth - loan_growth >= 0 then -0.000001
        when gap_sign > 0 and cost_growth - loan_growth <= 0 then 0.000001
        else cost_growth - loan_growth
    end,
    reason
from growth;
