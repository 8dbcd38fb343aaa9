-- ---- plans of the year and how far they are met ---------------------------------------------------

-- the plan of a county or the bank is that of its branches, unknown when an open one has none
create table org_plan as
select
    o.org_id, i.item, coalesce(sum(p.planned), 0) as planned,
    case when count_if(b.is_active and p.planned is null) > 0 then 'no_source:branch_plan' end as reason
from org as o
cross join (
    values ('deposit_year_end_net_increase'), ('deposit_tenday_avg_net_increase'), ('interest_income'),
        ('npl_recovery'), ('lending'), ('inclusive_net_increase'), ('establishment_headcount'), ('expense')
) as i (item)
join member on member.org_id = o.org_id
join branch as b on b.org_id = member.branch_id
left join plan as p on p.org_id = b.org_id and p.item = i.item
where o.is_active
group by all;

create table branch_deposit as
select
    branch_id, coalesce(sum(deposit_balance) filter (balance_date = getvariable('period_end')), 0) as now,
    now - coalesce(sum(deposit_balance) filter (balance_date = getvariable('year_start') - 1), 0) as increase
from deposit_tenday_sent
where balance_date in (getvariable('period_end'), getvariable('year_start') - 1)
group by branch_id;

create table branch_flow as
select
    branch_id, sum(principal_amount) filter (is_now and event_type_code = 'disburse') as lent,
    sum(case event_type_code when 'repay' then interest_amount else -interest_amount end)
        filter (not is_now and event_type_code in ('repay', 'repay_reversal')) as interest_before
from (
    select branch_id, event_type_code, principal_amount, interest_amount, true as is_now from event
    union all
    select e.branch_id, event_type_code, principal_amount, interest_amount, false
    from loan_event_sent as e
    join month as m on m.month = e._period and not m.is_current_year
    where right(m.month, 2) <= right(getvariable('period'), 2)
)
group by branch_id;

create table branch_loan as
select branch_id, sum(balance) as whole, coalesce(sum(balance) filter (is_sme), 0) as sme
from note where balance > 0 group by branch_id;

create table done as
select
    o.org_id, coalesce(sum(d.now), 0) as deposits, coalesce(sum(d.increase), 0) as deposit_increase,
    coalesce(sum(f.lent), 0) as lent, coalesce(sum(f.interest_before), 0) as interest_before,
    coalesce(sum(l.whole), 0) as whole, coalesce(sum(l.sme), 0) as sme
from org as o
join member on member.org_id = o.org_id
left join branch_deposit as d on d.branch_id = member.branch_id
left join branch_flow as f on f.branch_id = member.branch_id
left join branch_loan as l on l.branch_id = member.branch_id
where o.is_active
group by o.org_id;

insert into measured
select f.m, 'amount', org_id, 'all', f.n, null, null, null
from (
    select org_id, unnest([
        {m: 'deposit_total', n: deposits},
        {m: 'deposit_year_end_net_increase', n: deposit_increase},
        {m: 'credit_disbursement', n: lent},
        {m: 'loan_total', n: whole},
        {m: 'sme_loan', n: sme},
        {m: 'other_loan', n: whole - sme}
    ]) as f
    from done
);

-- one type for all, lest the wide sums push the decimals of the narrow ones out
create macro six_places(n) as cast(n as decimal(38, 6));

insert into measured
select f.m, 'ratio', p.org_id, 'all', f.n, p.planned, null, coalesce(f.reason, p.reason)
from (
    select d.org_id, unnest([
        {m: 'deposit_plan_completion', item: 'deposit_year_end_net_increase', n: six_places(d.deposit_increase), reason: null},
        {m: 'deposit_tenday_plan_completion', item: 'deposit_tenday_avg_net_increase', n: t.yuan, reason: t.reason},
        {m: 'establishment_fill_rate', item: 'establishment_headcount', n: six_places(s.established), reason: null},
        {m: 'expense_plan_completion', item: 'expense', n: six_places(e.cost), reason: null},
        {m: 'inclusive_plan_completion', item: 'inclusive_net_increase', n: six_places(a.inclusive - b.inclusive),
            reason: coalesce(a.reason, b.reason)},
        {m: 'interest_plan_completion', item: 'interest_income', n: six_places(i.yuan), reason: i.reason},
        {m: 'lending_plan_completion', item: 'lending', n: six_places(d.lent), reason: null},
        {m: 'npl_recovery_plan_completion', item: 'npl_recovery', n: six_places(n.yuan), reason: n.reason}
    ]) as f
    from done as d
    join deposit as t on t.org_id = d.org_id and t.month = getvariable('period')
    join interest as i on i.org_id = d.org_id and i.month = getvariable('period')
    join npl as n on n.org_id = d.org_id and n.month = getvariable('period')
    join strength as s on s.org_id = d.org_id
    join earned as e on e.org_id = d.org_id and e.line = 'all'
    join position as a on a.org_id = d.org_id and a.point = 'now'
    join position as b on b.org_id = d.org_id and b.point = 'start'
) as done_for
join org_plan as p on p.org_id = done_for.org_id and p.item = f.item;

insert into measured
select
    'interest_yoy_change', 'ratio', d.org_id, 'all', i.yuan - d.interest_before, d.interest_before, null,
    coalesce(i.reason, (
        select min(gap.reason) from gap
        where gap.org_id = d.org_id and gap.ledger = 'loan_event'
            and right(gap.month, 2) <= right(getvariable('period'), 2)
    ))
from done as d join interest as i on i.org_id = d.org_id and i.month = getvariable('period');

-- ---- what is sold: units, and pay by piece for products that have a price ------------------------

insert into measured
with price as (
    select org_id, substr(param_name, 20) as product_code, cast(value as decimal(18, 6)) as price
    from setting where scheme_id = 'branch_dept_scorecard' and starts_with(param_name, 'product_unit_price:')
),
sale as (
    select
        o.org_id, s.family, s.product_code, s.units, p.price, cast(s.units as decimal(26, 9)) * p.price as pay
    from org as o
    join member on member.org_id = o.org_id
    join sold as s on s.branch_id = member.branch_id
    left join price as p on p.org_id = s.branch_id and p.product_code = s.product_code
    where o.is_active
),
counted as (
    select
        o.org_id, count(distinct product_code) as products,
        count(distinct product_code) filter (price is not null) as priced
    from org as o left join sale using (org_id)
    where o.is_active
    group by o.org_id
),
part as (
    select
        c.org_id, f.family, coalesce(sum(s.units), 0) as units, coalesce(sum(s.pay), 0) as pay,
        case when any_value(products) > 0 and not (select count(*) > 0 from price)
            then 'missing_parameter:product_unit_price' end as reason
    from counted as c
    cross join (
        values ('all'), ('deposit'), ('loan'), ('wealth'), ('insurance'), ('card'), ('acquiring'), ('payroll'),
            ('e_channel'), ('intermediary'), ('other')
    ) as f (family)
    left join sale as s on s.org_id = c.org_id and f.family in (s.family, 'all')
    group by all
)
select 'cm_pricing_to_person', 'amount', org_id, family, pay, null, null, reason from part
union all
select 'cm_pricing_balance', 'ratio', org_id, 'all', priced, products, null, null from counted
union all
select 'intermediary_and_new_business', 'amount', org_id, family, units, null, null, null
from part where family not in ('all', 'deposit', 'loan', 'other')
union all
select 'intermediary_and_new_business', 'amount', org_id, 'all', sum(units), null, null, null
from part where family not in ('all', 'deposit', 'loan', 'other')
group by org_id;
