-- ---- renewal --------------------------------------------------------------------------------

create table reach as
select
    strftime(end_before(getvariable('period_start') - 60), '%Y-%m') as final,
    strftime(end_before(getvariable('period_start') - 30), '%Y-%m') as provisional;

create table recent as
select loan_id, customer_id, branch_id, _period as month, loan_amount, balance, disbursement_date, due_date, is_inclusive
from loan_account_sent
where _period between (select final from reach) and getvariable('period');

create table latest as
select arg_max(r, r.month) as r
from recent as r
where r.loan_id in (
    select loan_id from recent
    where due_date between getvariable('period_start') - 30 and getvariable('period_end')
        or disbursement_date between getvariable('period_start') - 60 and getvariable('period_end')
)
group by loan_id;

create table due as
with cohort as (
    select 'final' as kind, r.* from latest
    where r.is_inclusive and r.due_date + 30 between getvariable('period_start') and getvariable('period_end')
    union all
    select 'provisional' as kind, r.* from latest
    where r.is_inclusive and r.due_date between getvariable('period_start') and getvariable('period_end')
)
select
    c.kind, c.loan_id, c.customer_id, c.branch_id, c.due_date,
    case
        when c.disbursement_date > end_before(c.due_date - 30) then c.loan_amount
        else coalesce(s.balance, 0)
    end as principal
from cohort as c
left join recent as s
    on s.loan_id = c.loan_id and s.month = strftime(end_before(c.due_date - 30), '%Y-%m');

create table renewal as
with customer_due as (
    select d.kind, m.org_id, d.customer_id, sum(d.principal) as principal
    from due as d join member as m on m.branch_id = d.branch_id
    where d.principal > 0
    group by all
),
match as (
    select distinct d.kind, m.org_id, d.customer_id, n.r.loan_id, n.r.loan_amount
    from due as d
    join latest as n
        on n.r.customer_id = d.customer_id and n.r.loan_id <> d.loan_id and n.r.is_inclusive
        and n.r.disbursement_date between d.due_date - 30 and d.due_date + 30
        and n.r.disbursement_date between getvariable('period_start') - 60 and getvariable('period_end')
    join member as m on m.branch_id = d.branch_id
    where d.principal > 0
),
customer_new as (select kind, org_id, customer_id, sum(loan_amount) as amount from match group by all)
select
    kind, org_id, count(*) as customers, count(n.amount) as renewed_customers, sum(principal) as principal,
    sum(least(coalesce(n.amount, 0), principal)) as renewed
from customer_due left join customer_new as n using (kind, org_id, customer_id)
group by all;

insert into measured
select f.m, 'ratio', org_id, f.s, f.n, f.d, null, reason
from (
    select
        o.org_id,
        (
            select min(reason) from gap
            where gap.org_id = o.org_id and gap.ledger = 'loan_account'
                and gap.month between case k.kind when 'final' then reach.final else reach.provisional end
                and getvariable('period')
        ) as reason,
        unnest([
            {m: k.metric_id, s: 'household', n: coalesce(r.renewed_customers, 0), d: coalesce(r.customers, 0)},
            {m: k.metric_id, s: 'amount', n: coalesce(r.renewed, 0), d: coalesce(r.principal, 0)}
        ]) as f
    from org as o
    cross join reach
    cross join (
        values ('final', 'renewal_rate'), ('provisional', 'renewal_rate_provisional')
    ) as k (kind, metric_id)
    left join renewal as r on r.org_id = o.org_id and r.kind = k.kind
    where o.is_active
);

-- ---- loans due in the year --------------------------------------------------------------------

create table due_loan as
select loan_id, branch_id from loan_account
where original_due_date between getvariable('year_start') and getvariable('period_end');

create table event as
select e.* from loan_event_sent as e join month as m on m.month = e._period and m.is_current_year;

create table due_recovery as
with opening as (
    select loan_id, balance from loan_account_sent
    where _period = getvariable('opening')
        and original_due_date between getvariable('year_start') and getvariable('period_end')
),
posting as (
    select
        loan_id,
        sum(case event_type_code when 'disburse' then principal_amount else 0 end) as disbursed,
        sum(case event_type_code when 'repay' then principal_amount
            when 'repay_reversal' then -principal_amount else 0 end) as collected
    from event where loan_id in (select loan_id from due_loan)
    group by loan_id
),
by_branch as (
    select
        branch_id, sum(coalesce(opening.balance, 0) + coalesce(disbursed, 0)) as due,
        sum(coalesce(collected, 0)) as collected
    from due_loan left join opening using (loan_id) left join posting using (loan_id)
    group by branch_id
)
select o.org_id, coalesce(sum(due), 0) as due, coalesce(sum(collected), 0) as collected,
    (
        select min(reason) from gap
        where gap.org_id = o.org_id and (
            (gap.ledger = 'loan_account' and gap.month in (getvariable('period'), getvariable('opening')))
            or (gap.ledger = 'loan_event' and gap.month in (select month from month where is_current_year))
        )
    ) as reason
from org as o join member as m on m.org_id = o.org_id left join by_branch as b on b.branch_id = m.branch_id
where o.is_active
group by o.org_id;

insert into measured
select 'due_loan_recovery_rate', 'ratio', org_id, 'all', collected, due, null, reason from due_recovery;
