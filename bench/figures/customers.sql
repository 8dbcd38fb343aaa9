-- ---- what customers bring beside the loan -----------------------------------------------------------

-- one row for a customer over the whole bank; with accounts at several branches told apart
create table holding as
select
    customer_id, min(branch_id) as branch_id, min(branch_id) <> max(branch_id) as is_shared,
    sum(deposit_balance) as deposit, bool_or(deposit_balance > 0) as has_deposit,
    sum(deposit_daily_avg + coalesce(wealth_daily_avg, 0)) as average,
    bool_or(is_acquiring_signed) as acquiring, bool_or(is_payroll_signed) as payroll,
    bool_or(has_settlement_account) as account
from customer_deposit
group by customer_id;

create table branch_account as
select
    d.branch_id, sum(d.deposit_balance) filter (c.borrower_category_code in ('enterprise', 'other_organisation')) as corporate,
    sum(d.deposit_balance)
        filter (c.borrower_category_code in ('individual_business', 'small_micro_owner', 'other_individual')) as savings,
    sum(d.deposit_daily_avg) filter (b.is_inclusive) as deposits, sum(d.wealth_daily_avg) filter (b.is_inclusive) as wealth,
    sum(d.loan_daily_avg) filter (b.is_inclusive) as loans
from customer_deposit as d
left join customer as c on c.customer_id = d.customer_id
left join debtor as b on b.customer_id = d.customer_id
group by d.branch_id;

insert into measured
select f.m, f.k, org_id, 'all', f.n, f.d, null, null
from (
    select o.org_id, unnest([
        {m: 'corporate_deposit', k: 'amount', n: coalesce(sum(corporate), 0), d: null},
        {m: 'savings_deposit', k: 'amount', n: coalesce(sum(savings), 0), d: null},
        {m: 'customer_deposit_loan_ratio', k: 'ratio', n: coalesce(sum(deposits), 0), d: coalesce(sum(loans), 0)},
        {
            m: 'reserve_fund_ratio', k: 'ratio', d: coalesce(sum(loans), 0),
            n: coalesce(sum(deposits), 0) + coalesce(sum(wealth), 0)
        }
    ]) as f
    from org as o
    join member on member.org_id = o.org_id
    left join branch_account as a on a.branch_id = member.branch_id
    where o.is_active
    group by o.org_id
);

insert into measured
select 'deposit_no_loan_customers', 'count', o.org_id, 'all', coalesce(sum(customers), 0), null, null, null
from org as o
left join (
    select m.org_id, customers
    from (
        select branch_id, count(*) as customers from holding
        where has_deposit and not is_shared and customer_id not in (select customer_id from debtor)
        group by branch_id
    )
    join member as m using (branch_id)
    union all
    select m.org_id, count(distinct d.customer_id)
    from customer_deposit as d
    join member as m on m.branch_id = d.branch_id
    where d.deposit_balance > 0 and d.customer_id not in (select customer_id from debtor)
        and d.customer_id in (select customer_id from holding where is_shared)
    group by m.org_id
) as idle on idle.org_id = o.org_id
where o.is_active
group by o.org_id;

-- Counted by branch and, for customers of several branches, by organisation; once for every threshold
-- in force, of which there is usually one.
create table client as
with bar as (
    select distinct cast(s.value as decimal(18, 2)) as bar
    from org as o
    left join setting as s
        on s.org_id = o.org_id and s.scheme_id = 'ganyin_five_projects'
        and s.param_name = 'naked_loan_deposit_threshold'
    where o.is_active
),
spot as (
    select branch_id as spot, false as is_org, customer_id, category, is_inclusive from debtor where not is_shared
    union all
    select m.org_id, true, n.customer_id, any_value(n.category), bool_or(n.is_inclusive)
    from note as n
    join member as m on m.branch_id = n.branch_id
    where n.balance > 0 and n.customer_id in (select customer_id from debtor where is_shared)
    group by m.org_id, n.customer_id
),
trait as (
    select
        s.spot, s.is_org, s.is_inclusive,
        s.is_inclusive and s.category in ('enterprise', 'individual_business', 'small_micro_owner') as is_eligible,
        s.is_inclusive and s.category in ('enterprise', 'other_organisation') as is_corporate,
        coalesce(h.deposit > 0, false) as has_deposit, coalesce(h.acquiring, false) as acquiring,
        coalesce(h.payroll, false) as payroll,
        1 + coalesce(h.acquiring::integer + h.payroll::integer + h.account::integer, 0) as products,
        coalesce(h.average, 0) as average
    from spot as s left join holding as h on h.customer_id = s.customer_id
)
select
    spot, is_org, bar, count(*) as borrowers, count_if(has_deposit) as main,
    count_if(is_inclusive) as inclusive, count_if(is_inclusive and has_deposit) as inclusive_main,
    count_if(is_eligible) as eligible, count_if(is_corporate) as corporate,
    count_if(is_inclusive and acquiring) as acquiring, count_if(is_eligible and acquiring) as eligible_acquiring,
    count_if(is_corporate and payroll) as payroll, coalesce(sum(products) filter (is_inclusive), 0) as products,
    count_if(is_inclusive and products = 1 and average < bar) as naked,
    count_if(is_corporate and products = 1 and average < bar) as naked_corporate
from trait cross join bar
group by all;

insert into measured
select f.m, 'ratio', org_id, f.s, coalesce(f.n, 0), coalesce(f.d, 0), null, f.reason
from (
    select o.org_id, unnest([
        {m: 'acquiring_signing_rate', s: 'all', n: sum(eligible_acquiring), d: sum(eligible), reason: null},
        {m: 'acquiring_signing_rate', s: 'every_inclusive', n: sum(acquiring), d: sum(inclusive), reason: null},
        {m: 'payroll_signing_rate', s: 'all', n: sum(payroll), d: sum(corporate), reason: null},
        {m: 'main_bank_p8', s: 'all', n: sum(main), d: sum(borrowers), reason: null},
        {m: 'main_bank_p8', s: 'inclusive', n: sum(inclusive_main), d: sum(inclusive), reason: null},
        {m: 'cross_sell_bundle', s: 'all', n: sum(products), d: sum(inclusive), reason: null},
        {m: 'naked_loan_customer_rate', s: 'all', n: sum(naked), d: sum(inclusive), reason: o.reason},
        {m: 'naked_loan_customer_rate', s: 'corporate', n: sum(naked_corporate), d: sum(corporate), reason: o.reason}
    ]) as f
    from (
        select
            o.org_id, cast(s.value as decimal(18, 2)) as bar,
            case when s.value is null then 'missing_parameter:naked_loan_deposit_threshold' end as reason
        from org as o
        left join setting as s
            on s.org_id = o.org_id and s.scheme_id = 'ganyin_five_projects'
            and s.param_name = 'naked_loan_deposit_threshold'
        where o.is_active
    ) as o
    join (
        select org_id, branch_id as spot, false as is_org from member
        union all
        select org_id, org_id, true from org
    ) as m on m.org_id = o.org_id
    left join client as c on c.spot = m.spot and c.is_org = m.is_org and c.bar is not distinct from o.bar
    group by o.org_id, o.reason
);
