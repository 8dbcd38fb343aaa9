-- ---- what drives pay, for every month of the year to date ---------------------------------------

create table year_month as
select a.month, b.month as part, b.previous_month as part_previous
from month as a join month as b on b.month <= a.month and a.is_current_year and b.is_current_year;

create table interest as
with by_branch as (
    select _period as month, branch_id,
        sum(case event_type_code when 'repay' then interest_amount else -interest_amount end) as interest
    from event where event_type_code in ('repay', 'repay_reversal')
    group by all
)
select
    y.month, o.org_id, coalesce(sum(b.interest), 0) as yuan,
    (
        select min(g.reason) from gap as g join year_month as z on z.part = g.month
        where z.month = y.month and g.org_id = o.org_id and g.ledger = 'loan_event'
    ) as reason
from year_month as y
cross join org as o
join member as m on m.org_id = o.org_id
left join by_branch as b on b.month = y.part and b.branch_id = m.branch_id
where o.is_active
group by y.month, o.org_id;

create table npl as
with by_branch as (
    select e._period as month, e.branch_id,
        sum(case e.event_type_code when 'repay' then principal_amount else -principal_amount end) as recovered
    from event as e
    join month as m on m.month = e._period
    join loan_account_sent as l
        on l.loan_id = e.loan_id and l._period = m.previous_month and is_npl(l.five_class_code)
    where e.event_type_code in ('repay', 'repay_reversal')
    group by all
)
select
    y.month, o.org_id, coalesce(sum(b.recovered), 0) as yuan,
    (
        select min(g.reason) from gap as g
        join year_month as z
            on (g.ledger = 'loan_event' and z.part = g.month)
            or (g.ledger = 'loan_account' and z.part_previous = g.month)
        where z.month = y.month and g.org_id = o.org_id
    ) as reason
from year_month as y
cross join org as o
join member as m on m.org_id = o.org_id
left join by_branch as b on b.month = y.part and b.branch_id = m.branch_id
where o.is_active
group by y.month, o.org_id;

-- mean of this year's points to date less the mean of last year's 36
create table deposit as
with points as (
    select branch_id, _period as month, count(*) as points, sum(balance) as balance
    from (
        select branch_id, _period, balance_date, sum(deposit_balance) as balance
        from deposit_tenday_sent
        where balance_date = last_day(balance_date) or day(balance_date) in (10, 20)
        group by all
    )
    group by all
),
branch_month as (
    select
        o.org_id as branch_id, m.month, m.is_current_year, coalesce(p.balance, 0) as balance,
        coalesce(p.points, 0) <> 3 as is_lacking,
        coalesce(p.points, 0) > 0
        or (
            coalesce(o.opened_date <= m.month_end, true) and coalesce(o.closed_date > m.month_end, true)
        ) as is_open
    from branch as o
    cross join month as m
    left join points as p on p.branch_id = o.org_id and p.month = m.month
),
org_month as (
    select
        o.org_id, b.month, b.is_current_year, sum(b.balance) as balance,
        bool_or(b.is_lacking and (b.is_open or o.level = 'branch')) as is_lacking
    from branch_month as b
    join member as m on m.branch_id = b.branch_id
    join org as o on o.org_id = m.org_id
    where o.is_active
    group by all
),
to_date as (
    select
        c.month, x.org_id, cast(right(c.month, 2) as integer) as months,
        coalesce(sum(x.balance) filter (x.is_current_year), 0) as now,
        coalesce(sum(x.balance) filter (not x.is_current_year), 0) as base,
        min(x.month) filter (x.is_lacking) as lacking
    from month as c
    join org_month as x on x.month <= c.month
    where c.is_current_year
    group by all
)
select
    month, org_id, ratio6(36 * now - 3 * months * base, 36 * 3 * months) as yuan,
    'no_source:deposit_tenday:' || lacking as reason
from to_date;

insert into measured
select 'interest_income', 'amount', org_id, 'all', yuan, null, null, reason
from interest where month = getvariable('period');
insert into measured
select 'npl_recovery_amount', 'amount', org_id, 'all', yuan, null, null, reason
from npl where month = getvariable('period');
insert into measured
select 'deposit_tenday_avg_net_increase', 'amount', org_id, 'all', yuan, null, null, reason
from deposit where month = getvariable('period');

-- ---- salary pools -------------------------------------------------------------------------------

create table rate as
with param as (
    select p.* from scheme_param as p
    where p.scheme_id = 'rcu_salary' and p.effective_date <= getvariable('period_end')
        and coalesce(p.expiry_date >= getvariable('period_end'), true)
)
select
    o.org_id, o.org_type_code,
    arg_max(cast(p.param_value as decimal(18, 6)), (p.org_id = o.org_id, p.effective_date))
        filter (p.param_name = 'content_rate_deposit') as deposit_rate,
    arg_max(cast(p.param_value as decimal(18, 6)), (p.org_id = o.org_id, p.effective_date))
        filter (
            p.param_name = case when o.org_type_code = 'business_dept'
                then 'content_rate_interest_business_dept' else 'content_rate_interest' end
        ) as interest_rate,
    arg_max(cast(p.param_value as decimal(18, 6)), (p.org_id = o.org_id, p.effective_date))
        filter (p.param_name = 'content_rate_npl_recovery') as npl_rate,
    max(cast(p.param_value as decimal(18, 6)) * case p.unit when '万元' then 10000 else 1 end)
        filter (p.param_name = 'provincial_approved_total' and p.org_id = o.bank_id) as approved_total
from org as o
join param as p on p.org_id in (o.org_id, o.bank_id)
where o.level = 'branch' and o.is_active and o.org_id in (
    select org_id from scheme_binding
    where scheme_id = 'rcu_salary' and effective_date <= getvariable('period_end')
        and coalesce(expiry_date >= getvariable('period_end'), true)
)
group by all;

create table pay_month as
with driver as (
    select
        r.*, d.month,
        case when d.reason is null then d.yuan end as deposit_yuan,
        case when i.reason is null then i.yuan end as interest_yuan,
        case when n.reason is null then n.yuan end as npl_yuan,
        coalesce(
            d.reason, i.reason, n.reason,
            case when deposit_rate is null then 'missing_parameter:content_rate_deposit' end,
            case when interest_rate is null then 'missing_parameter:content_rate_interest'
                || case r.org_type_code when 'business_dept' then '_business_dept' else '' end end,
            case when npl_rate is null then 'missing_parameter:content_rate_npl_recovery' end
        ) as reason
    from rate as r
    join deposit as d on d.org_id = r.org_id
    join interest as i on i.org_id = r.org_id and i.month = d.month
    join npl as n on n.org_id = r.org_id and n.month = d.month
),
component as (
    select
        org_id, month, deposit_yuan, interest_yuan, npl_yuan, reason,
        cast(round(case when deposit_yuan < 0 then 0 else deposit_yuan end * deposit_rate * 0.0001, 2) as decimal(38, 2)) as deposit_pay,
        cast(round(interest_yuan * interest_rate * 0.0001, 2) as decimal(38, 2)) as interest_pay,
        cast(round(npl_yuan * npl_rate * 0.0001, 2) as decimal(38, 2)) as npl_pay
    from driver
),
pool as (
    select
        *, cast(round(interest_pay + 0.7 * (deposit_pay + npl_pay), 2) as decimal(38, 2)) as payable
    from component
),
rolled as (
    select
        *, count_if(payable is null) over running as unknown, max(payable) over running as highest,
        min(reason) over running as earlier
    from pool
    window running as (partition by org_id order by month)
)
select
    org_id, month, cast(deposit_yuan as decimal(38, 6)) as deposit_net_increase_yuan,
    cast(interest_yuan as decimal(38, 2)) as interest_income_yuan,
    cast(npl_yuan as decimal(38, 2)) as npl_recovery_yuan, deposit_pay, interest_pay, npl_pay,
    deposit_pay + interest_pay + npl_pay as gross_pool, payable as cumulative_payable,
    cast(case when unknown = 0 then greatest(highest, 0) end as decimal(38, 2)) as paid_to_date,
    cast(
        paid_to_date - coalesce(lag(paid_to_date) over (partition by org_id order by month), 0)
        as decimal(38, 2)
    ) as month_pay,
    coalesce(reason, earlier) as reason_code
from rolled;

create table pay_settlement as
with net as (
    select
        p.org_id, p.gross_pool, p.paid_to_date,
        case when r.reason is null then r.due end as due,
        case when r.reason is null then r.collected end as collected,
        case when r.reason is null then
            case when r.collected < 0.99 * r.due
                then cast(round(0.1 * (0.99 * r.due - r.collected), 2) as decimal(38, 2)) else 0 end
        end as deduction,
        coalesce(p.reason_code, r.reason) as own_reason, rate.approved_total,
        case when p.gross_pool is null or deduction is null then null
            else greatest(p.gross_pool - deduction, 0) end as net_pool
    from pay_month as p
    join due_recovery as r on r.org_id = p.org_id
    join rate on rate.org_id = p.org_id
    where p.month = getvariable('period')
),
share as (
    select
        *, sum(net_pool) over () as whole, count_if(net_pool is null) over () as unknown,
        min(own_reason) over () as any_reason
    from net
),
floored as (
    select
        *,
        case
            when own_reason is not null then own_reason
            when right(getvariable('period'), 2) <> '12' then 'not_year_end'
            when approved_total is null then 'missing_parameter:provincial_approved_total'
            when unknown > 0 then any_reason
            when whole = 0 then 'zero_denominator'
        end as reason_code,
        case when unknown = 0 and whole > 0 then
            (cast(approved_total * 100 as hugeint) * cast(net_pool * 100 as hugeint)) // cast(whole * 100 as hugeint)
        end as fen,
        case when unknown = 0 and whole > 0 then
            (cast(approved_total * 100 as hugeint) * cast(net_pool * 100 as hugeint)) % cast(whole * 100 as hugeint)
        end as rest
    from share
),
shared as (
    select
        *,
        (
            fen + case when row_number() over (order by rest desc, org_id)
                <= cast(approved_total * 100 as hugeint) - sum(fen) over () then 1 else 0 end
        ) * 0.01 as adjusted
    from floored
)
select
    org_id, cast(gross_pool as decimal(38, 2)) as gross_pool,
    cast(due as decimal(38, 2)) as recovery_due_principal,
    cast(collected as decimal(38, 2)) as recovery_collected_principal,
    ratio9(collected, due) as recovery_rate,
    cast(deduction as decimal(38, 2)) as recovery_deduction, cast(net_pool as decimal(38, 2)) as net_pool,
    case when reason_code is null then ratio9(approved_total, whole) end as adjustment_factor,
    case when reason_code is null then cast(adjusted as decimal(38, 2)) end as adjusted_pool,
    paid_to_date,
    case when reason_code is null then cast(adjusted - paid_to_date as decimal(38, 2)) end as settlement,
    reason_code
from shared;
