-- ---- who borrows: one row per branch and customer, what is true of it as bits ---------------------
-- 1 owes, 2 to 32 owes a loan of a class, 64 micro credit, 128 small-micro, 256 inclusive;
-- 512 had an inclusive loan since January of last year, 1024 owes one at a township outlet;
-- of the customer: 2048 farm household, 4096 visited, 8192 revisited as lost, 16384 no longer inclusive.
create table holder as
with marked as (
    select
        branch_id, customer_id, balance, case when is_inclusive then 512 else 0 end + case when balance > 0 then
            1 + case five_class_code
                when 'normal' then 2 when 'special_mention' then 4 when 'substandard' then 8
                when 'doubtful' then 16 else 32
            end
            + case when product_class_code = 'micro_credit' then 64 else 0 end
            + case when is_small_micro then 128 else 0 end
            + case when is_inclusive then 256 else 0 end
        else 0 end as marks
    from loan_account
    union all
    select branch_id, customer_id, 0, 512 from loan_account_sent
    where _period = getvariable('opening') and is_inclusive
)
select branch_id, customer_id, bit_or(marks) as marks, sum(balance) as balance from marked group by all;

create table contact as
select
    customer_id, branch_id, engagement_type_code = 'churn_revisit' as is_churn, event_date, engagement_id,
    churn_reason_code
from engagement_sent as e
join month on month.month = e._period and month.is_current_year
where event_date between getvariable('year_start') and getvariable('period_end')
    and customer_id is not null
    and (
        engagement_type_code = 'churn_revisit'
        or (engagement_type_code in ('visit', 'revisit') and result_code <> 'failed')
    );

create table borrower as
with lost as (
    select customer_id from holder group by customer_id having bit_or(marks) & 768 = 512
),
of_customer as (
    select customer_id, bit_or(marks) as marks
    from (
        select customer_id, 2048 as marks from customer where is_farm_household
        union all
        select customer_id, case when is_churn then 8192 else 4096 end from contact
        union all
        select customer_id, 16384 from lost
    )
    group by customer_id
)
select
    h.branch_id, h.customer_id, h.balance,
    h.marks | coalesce(c.marks, 0)
    | case when h.marks & 256 <> 0 and u.location_code = 'township' then 1024 else 0 end as marks
from holder as h
left join of_customer as c on c.customer_id = h.customer_id
left join org_unit as u on u.org_id = h.branch_id;

-- customers alike; at county and bank a customer of several branches is one
create table alike as
select branch_id as org_id, marks, count(*) as customers from borrower group by all
union all
select org_id, marks, count(*)
from (
    select m.org_id, bit_or(b.marks) as marks
    from borrower as b
    join member as m on m.branch_id = b.branch_id
    join org as o on o.org_id = m.org_id and o.level <> 'branch'
    group by m.org_id, b.customer_id
)
group by all;

create macro those(customers, marks, wanted) as
    cast(coalesce(sum(customers) filter (marks & wanted = wanted), 0) as bigint);

insert into measured
with customers as (
    select
        o.org_id, any_value(loan.now) as reason, any_value(coalesce(loan.now, loan.opening)) as loan_reason,
        any_value(register.now) as register_reason, any_value(visits.year) as visit_reason,
        those(customers, marks, 1) as owing, those(customers, marks, 2) as normal,
        those(customers, marks, 4) as special_mention, those(customers, marks, 8) as substandard,
        those(customers, marks, 16) as doubtful, those(customers, marks, 32) as loss,
        those(customers, marks, 64) as micro_credit, those(customers, marks, 128) as small_micro,
        those(customers, marks, 256) as inclusive, those(customers, marks, 1024) as in_township,
        those(customers, marks, 2049) as farm, those(customers, marks, 4097) as visited,
        those(customers, marks, 512) as had, those(customers, marks, 16896) as lost,
        those(customers, marks, 25088) as lost_revisited
    from org as o
    left join alike as a on a.org_id = o.org_id
    left join lack as loan on loan.org_id = o.org_id and loan.ledger = 'loan_account'
    left join lack as register on register.org_id = o.org_id and register.ledger = 'customer'
    left join lack as visits on visits.org_id = o.org_id and visits.ledger = 'engagement'
    where o.is_active
    group by o.org_id
)
select f.m, case when f.d is null then 'count' else 'ratio' end, org_id, f.s, f.n, f.d, null, f.r
from (
    select org_id, unnest([
        {m: 'five_class_customer_count', s: 'all', n: owing, d: null, r: reason},
        {m: 'five_class_customer_count', s: 'normal', n: normal, d: null, r: reason},
        {m: 'five_class_customer_count', s: 'special_mention', n: special_mention, d: null, r: reason},
        {m: 'five_class_customer_count', s: 'substandard', n: substandard, d: null, r: reason},
        {m: 'five_class_customer_count', s: 'doubtful', n: doubtful, d: null, r: reason},
        {m: 'five_class_customer_count', s: 'loss', n: loss, d: null, r: reason},
        {m: 'micro_credit_customer_count', s: 'all', n: micro_credit, d: null, r: reason},
        {m: 'small_micro_customer_count', s: 'all', n: small_micro, d: null, r: reason},
        {m: 'inclusive_small_micro_customer_count', s: 'all', n: inclusive, d: null, r: reason},
        {m: 'inclusive_small_micro_customer_count', s: 'township_outlets', n: in_township, d: null, r: reason},
        {m: 'farm_household_customer_count', s: 'all', n: farm, d: null, r: coalesce(reason, register_reason)},
        {m: 'loan_customer_visit_rate', s: 'all', n: visited, d: owing, r: coalesce(visit_reason, reason)},
        {m: 'churned_customer_count', s: 'all', n: lost, d: null, r: loan_reason},
        {m: 'churn_rate', s: 'all', n: lost, d: had, r: loan_reason},
        {m: 'churn_revisit_rate', s: 'all', n: lost_revisited, d: lost, r: coalesce(visit_reason, loan_reason)}
    ]) as f
    from customers
);

-- ---- after a churn revisit ------------------------------------------------------------------------

create table revisited as
with revisit as (
    select
        branch_id, customer_id, min(event_date) as first_date,
        arg_max({reason: churn_reason_code}, (event_date, engagement_id)).reason as reason
    from contact where is_churn group by all
),
lent as (
    select customer_id, max(disbursement_date) as last_date
    from loan_account
    where disbursement_date <= getvariable('period_end')
        and customer_id in (select customer_id from revisit)
    group by customer_id
)
select
    m.org_id, coalesce(r.reason, 'all') as segment, count(distinct r.customer_id) as customers,
    count(distinct r.customer_id) filter (lent.last_date > r.first_date) as won_back
from revisit as r
join member as m on m.branch_id = r.branch_id
left join lent on lent.customer_id = r.customer_id
group by grouping sets ((m.org_id, r.reason), (m.org_id))
having grouping(r.reason) = 1 or r.reason is not null;

insert into measured
select f.m, f.k, org_id, segment, f.n, f.d, null, f.reason
from (
    select o.org_id, s.segment, unnest([
        {
            m: 'churn_reason_customer_count', k: 'count', n: coalesce(r.customers, 0), d: null,
            reason: visits.year
        },
        {
            m: case s.segment when 'all' then 'churn_winback_rate' end, k: 'ratio',
            n: coalesce(r.won_back, 0), d: coalesce(r.customers, 0), reason: coalesce(visits.year, loan.now)
        }
    ]) as f
    from org as o
    cross join (
        values ('all'), ('rate'), ('limit'), ('process'), ('service'), ('no_need'), ('competitor'),
            ('risk_exit'), ('other')
    ) as s (segment)
    left join revisited as r on r.org_id = o.org_id and r.segment = s.segment
    left join lack as visits on visits.org_id = o.org_id and visits.ledger = 'engagement'
    left join lack as loan on loan.org_id = o.org_id and loan.ledger = 'loan_account'
    where o.is_active
)
where f.m is not null;

-- ---- kinds of loans and groups of branches --------------------------------------------------------

insert into measured
with kind as (
    select
        branch_id, sum(credit) as credit, sum(balance) filter (product = 'micro_credit') as micro_credit,
        sum(balance) filter (product = 'beautiful_home') as home,
        sum(balance) filter (product = 'beautiful_field') as field
    from vintage group by branch_id
),
farm as (select branch_id, sum(balance) as balance from borrower where marks & 2048 <> 0 group by branch_id),
branches as (
    select branch_id, sum(inclusive) filter (point = 'now') as now, sum(inclusive) filter (point = 'start') as start
    from book group by branch_id
),
summed as (
    select
        o.org_id, coalesce(sum(k.credit), 0) as credit, coalesce(sum(k.micro_credit), 0) as micro_credit,
        coalesce(sum(k.home), 0) as home, coalesce(sum(k.field), 0) as field,
        coalesce(sum(f.balance), 0) as farm,
        coalesce(sum(i.now), 0) - coalesce(sum(i.start), 0) as net,
        coalesce(sum(i.now) filter (u.is_strong_county_pilot), 0)
        - coalesce(sum(i.start) filter (u.is_strong_county_pilot), 0) as pilot_net,
        coalesce(sum(i.now) filter (u.location_code = 'township'), 0)
        - coalesce(sum(i.start) filter (u.location_code = 'township'), 0) as township_net,
        count(*) filter (u.is_strong_county_pilot and b.is_active) as pilots,
        count(*) filter (u.location_code = 'township' and b.is_active) as townships
    from org as o
    join member as m on m.org_id = o.org_id
    left join branch as b on b.org_id = m.branch_id
    left join org_unit as u on u.org_id = m.branch_id
    left join kind as k on k.branch_id = m.branch_id
    left join farm as f on f.branch_id = m.branch_id
    left join branches as i on i.branch_id = m.branch_id
    where o.is_active
    group by o.org_id
)
select f.m, f.k, org_id, f.s, f.n, null, null, f.r
from (
    select s.org_id, unnest([
        {m: 'credit_loan_balance', k: 'amount', s: 'all', n: credit, r: loan.now},
        {m: 'micro_credit_loan_balance', k: 'amount', s: 'all', n: micro_credit, r: loan.now},
        {m: 'beautiful_home_loan_balance', k: 'amount', s: 'all', n: home, r: loan.now},
        {m: 'beautiful_field_loan_balance', k: 'amount', s: 'all', n: field, r: loan.now},
        {m: 'farm_household_loan_balance', k: 'amount', s: 'all', n: farm, r: coalesce(loan.now, register.now)},
        {m: 'p8_three_loan_balances', k: 'amount', s: 'credit_loan', n: credit,
            r: coalesce(loan.now, register.now)},
        {m: 'p8_three_loan_balances', k: 'amount', s: 'farm_household_loan', n: farm,
            r: coalesce(loan.now, register.now)},
        {m: 'p8_three_loan_balances', k: 'amount', s: 'small_micro_loan', n: p.small_micro,
            r: coalesce(loan.now, register.now)},
        {m: 'inclusive_small_micro_net_increase', k: 'amount', s: 'all', n: net,
            r: coalesce(loan.now, loan.opening)},
        {m: 'inclusive_small_micro_net_increase', k: 'amount', s: 'strong_county_pilot_branches', n: pilot_net,
            r: coalesce(loan.now, loan.opening)},
        {m: 'inclusive_small_micro_net_increase', k: 'amount', s: 'township_outlets', n: township_net,
            r: coalesce(loan.now, loan.opening)},
        {m: 'strong_county_pilot_count', k: 'count', s: 'all', n: pilots, r: null},
        {m: 'township_branch_count', k: 'count', s: 'all', n: townships, r: null}
    ]) as f
    from summed as s
    join position as p on p.org_id = s.org_id and p.point = 'now'
    left join lack as loan on loan.org_id = s.org_id and loan.ledger = 'loan_account'
    left join lack as register on register.org_id = s.org_id and register.ledger = 'customer'
);
