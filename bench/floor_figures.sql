-- The figures of one month, from the views <ledger> (in force for the month) and <ledger>_sent (all
-- files), month, in_force, org, member and gap. Ends in figure, raw_figure (before a missing source
-- blanks it), pay_month and pay_settlement. The bank's own readings are written into the script, as
-- one does by hand: pilot units, register of the phase start, 30 days, mean of last year.

-- n / d rounded half away from zero to a number of places, in whole numbers
create macro exact_ratio(n, d, scale, unit) as
    case when cast(cast(d as decimal(38, 6)) * 1000000 as hugeint) <> 0 then
        cast(
            case when (n < 0) <> (d < 0) then -1 else 1 end
            * (
                (
                    2 * abs(cast(cast(n as decimal(38, 6)) * 1000000 as hugeint)) * scale
                    + abs(cast(cast(d as decimal(38, 6)) * 1000000 as hugeint))
                ) // (2 * abs(cast(cast(d as decimal(38, 6)) * 1000000 as hugeint)))
            ) as decimal(38, 0)
        ) * unit
    end;
create macro ratio6(n, d) as cast(exact_ratio(n, d, 1000000, 0.000001) as decimal(38, 6));
create macro ratio9(n, d) as cast(exact_ratio(n, d, 1000000000, 0.000000001) as decimal(38, 9));
create macro end_before(d) as d - cast(day(d) as integer);  -- the month end before a date
create macro is_npl(class) as class in ('substandard', 'doubtful', 'loss');

create table measured (
    metric_id varchar, kind varchar, org_id varchar, segment varchar,
    numerator decimal(38, 6), denominator decimal(38, 6), value decimal(38, 6), reason varchar
);

-- ---- the loan book --------------------------------------------------------------------------

create table book as
select
    point, branch_id, contract_status_code as status, count(*) as loans,
    sum(loan_amount) as amount, sum(balance) as balance,
    coalesce(sum(balance) filter (is_agri), 0) as agri,
    coalesce(sum(balance) filter (is_small_micro), 0) as small_micro,
    coalesce(sum(balance) filter (is_agri or is_small_micro), 0) as either,
    coalesce(sum(balance) filter (is_inclusive), 0) as inclusive,
    coalesce(sum(balance) filter (is_npl(five_class_code)), 0) as npl
from (
    select 'now' as point, * from loan_account
    union all
    select 'start' as point, * from loan_account_sent where _period = getvariable('opening')
)
group by all;

create table position as
select
    p.point, o.org_id, any_value(gap.reason) as reason,
    coalesce(sum(loans), 0) as loans, coalesce(sum(amount), 0) as amount,
    coalesce(sum(balance), 0) as balance, coalesce(sum(agri), 0) as agri,
    coalesce(sum(small_micro), 0) as small_micro, coalesce(sum(either), 0) as either,
    coalesce(sum(inclusive), 0) as inclusive, coalesce(sum(npl), 0) as npl,
    coalesce(sum(inclusive) filter (book.branch_id in (
        select org_id from org_unit where location_code = 'township' and org_type_code <> 'bank'
    )), 0) as township_inclusive
from org as o
cross join (values ('now', getvariable('period')), ('start', getvariable('opening'))) as p (point, month)
join member on member.org_id = o.org_id
left join book on book.branch_id = member.branch_id and book.point = p.point
left join gap on gap.ledger = 'loan_account' and gap.month = p.month and gap.org_id = o.org_id
where o.is_active
group by p.point, o.org_id;

insert into measured
select f.m, f.k, org_id, f.s, f.n, f.d, null, reason
from (
    select org_id, reason, unnest([
        {m: 'loan_balance', k: 'amount', s: 'all', n: balance, d: null},
        {m: 'agri_loan_balance', k: 'amount', s: 'all', n: agri, d: null},
        {m: 'small_micro_loan_balance', k: 'amount', s: 'all', n: small_micro, d: null},
        {m: 'inclusive_small_micro_balance', k: 'amount', s: 'all', n: inclusive, d: null},
        {m: 'inclusive_small_micro_balance', k: 'amount', s: 'township_outlets', n: township_inclusive, d: null},
        {m: 'npl_balance', k: 'amount', s: 'all', n: npl, d: null},
        {m: 'loan_amount', k: 'amount', s: 'all', n: amount, d: null},
        {m: 'loan_count', k: 'count', s: 'all', n: loans, d: null},
        {m: 'npl_ratio', k: 'ratio', s: 'all', n: npl, d: balance},
        {m: 'agri_sme_share', k: 'ratio', s: 'agri_union_small_micro', n: either, d: balance},
        {m: 'agri_sme_share', k: 'ratio', s: 'agri', n: agri, d: balance},
        {m: 'agri_sme_share', k: 'ratio', s: 'small_micro', n: small_micro, d: balance},
        {m: 'agri_sme_share', k: 'ratio', s: 'naive_sum', n: agri + small_micro, d: balance}
    ]) as f
    from position where point = 'now'
);

insert into measured
select f.m, f.k, org_id, status, f.n, null, null, reason
from (
    select o.org_id, s.status, any_value(p.reason) as reason, unnest([
        {m: 'loan_amount', k: 'amount', n: coalesce(sum(book.amount), 0)},
        {m: 'loan_count', k: 'count', n: coalesce(sum(book.loans), 0)}
    ]) as f
    from org as o
    cross join (select unnest(['active', 'in_arrears', 'expired_unpaid', 'settled', 'written_off']) as status) as s
    join position as p on p.org_id = o.org_id and p.point = 'now'
    join member on member.org_id = o.org_id
    left join book on book.branch_id = member.branch_id and book.point = 'now' and book.status = s.status
    group by o.org_id, s.status
);

-- growth since the year's start, and the sign of the gap kept where rounding would lose it
insert into measured
with part as (
    select a.org_id, coalesce(a.reason, b.reason) as reason, a.balance as now_all, b.balance as start_all, unnest([
        {s: 'agri_union_small_micro', now: a.either, start: b.either},
        {s: 'agri', now: a.agri, start: b.agri},
        {s: 'small_micro', now: a.small_micro, start: b.small_micro}
    ]) as f
    from position as a join position as b on a.org_id = b.org_id and a.point = 'now' and b.point = 'start'
),
growth as (
    select
        *, ratio6(f.now - f.start, f.start) as part_growth,
        ratio6(now_all - start_all, start_all) as all_growth,
        sign(f.now * start_all - now_all * f.start) as gap_sign
    from part
)
select
    'agri_sme_growth_gap', 'gap', org_id, f.s, part_growth, all_growth,
    case
        when gap_sign < 0 and part_growth - all_growth >= 0 then -0.000001
        when gap_sign > 0 and part_growth - all_growth <= 0 then 0.000001
        else part_growth - all_growth
    end,
    reason
from growth;

-- ---- grids ----------------------------------------------------------------------------------

create table unit as
select
    admin_unit_id, branch_id, unit_kind_code,
    is_pilot and coalesce(pilot_from_date <= getvariable('period_end'), false) as is_pilot
from admin_unit;

create table grid_cover as
with leaf as (
    select
        admin_unit_id, min(live_date) as first_live,
        count_if(coalesce(closed_date > getvariable('period_end'), true)) as live
    from grid
    where grid_level_code = 'leaf' and live_date <= getvariable('period_end')
    group by admin_unit_id
)
select
    o.org_id,
    count(u.admin_unit_id) as units, count_if(u.is_pilot) as pilots,
    count_if(live > 0) as covered,
    count_if(live > 0 and first_live >= getvariable('year_start')) as newly,
    count_if(u.admin_unit_id is not null and coalesce(live, 0) = 0) as gap_units, count_if(live > 1) as overlap_units
from org as o
join member on member.org_id = o.org_id
left join unit as u on u.branch_id = member.branch_id
left join leaf on leaf.admin_unit_id = u.admin_unit_id
where o.is_active
group by o.org_id;

insert into measured
select f.m, f.k, c.org_id, f.s, f.n, f.d, null,
    case when f.m = 'pilot_unit_coverage_rate' then unit_gap.reason else least(unit_gap.reason, grid_gap.reason) end
from (
    select org_id, unnest([
        {m: 'grid_coverage_rate_annual', k: 'ratio', s: 'all_units', n: newly, d: units},
        {m: 'grid_coverage_rate_cumulative', k: 'ratio', s: 'all_units', n: covered, d: units},
        {m: 'pilot_unit_coverage_rate', k: 'ratio', s: 'village_and_community', n: pilots, d: units},
        {m: 'grid_no_overlap_no_gap', k: 'count', s: 'gap', n: gap_units, d: null},
        {m: 'grid_no_overlap_no_gap', k: 'count', s: 'overlap', n: overlap_units, d: null}
    ]) as f
    from grid_cover
) as c
left join gap as unit_gap
    on unit_gap.ledger = 'admin_unit' and unit_gap.month = getvariable('period') and unit_gap.org_id = c.org_id
left join gap as grid_gap
    on grid_gap.ledger = 'grid' and grid_gap.month = getvariable('period') and grid_gap.org_id = c.org_id;

-- ---- archives -------------------------------------------------------------------------------

-- a (customer segment, kind of unit) pair is a bit; a published segment is a set of them
create table pair (segment_code varchar, unit_kind_code varchar, bit integer);
insert into pair values
    ('community_resident', 'community', 1), ('rural_household', 'village', 2),
    ('small_micro_enterprise', 'community', 4), ('small_micro_enterprise', 'village', 8),
    ('community_merchant', 'community', 16), ('park_enterprise', 'community', 32);
create table archive_segment (segment varchar, bits integer);
insert into archive_segment values
    ('community_resident', 1), ('rural_household', 2), ('small_micro_enterprise', 12),
    ('community_merchant', 16), ('community_merchant_and_small_micro', 20),
    ('merchant_and_small_micro', 20), ('merchant_park_small_micro', 52), ('park_enterprise', 32);

create table branch_subject as
select u.branch_id, a.subject_id, bit_or(p.bit) as bits
from customer_archive as a
join unit as u on u.admin_unit_id = a.admin_unit_id and u.is_pilot
join pair as p on p.segment_code = a.segment_code and p.unit_kind_code = u.unit_kind_code
where a.status_code = 'complete' and a.opened_date <= getvariable('period_end')
    and coalesce(a.expiry_date >= getvariable('period_end'), true)
group by all;

create table archived as
select branch_id as org_id, bits, count(*) as subjects from branch_subject group by all
union all
select (select any_value(bank_id) from org), bits, count(*)
from (select bit_or(bits) as bits from branch_subject group by subject_id)
group by all;

create table population as
select s.*
from segment_population_sent as s
join in_force as f on f.ledger = 'segment_population' and f.org = s._org and f.period = s._period
where f.month = (
    select min(month) from in_force as g
    where g.ledger = 'segment_population' and g.org = f.org
        and g.month >= strftime(getvariable('year_start'), '%Y-%m')
);

insert into measured
select
    'archive_coverage_rate', 'ratio', o.org_id, s.segment, coalesce(n.subjects, 0), coalesce(d.subjects, 0), null,
    (
        select min(reason) from gap
        where gap.org_id = o.org_id and gap.month = getvariable('period')
            and gap.ledger in ('admin_unit', 'segment_population', 'customer_archive')
    )
from org as o
cross join archive_segment as s
left join (
    select a.org_id, s.segment, sum(a.subjects) as subjects
    from archived as a join archive_segment as s on a.bits & s.bits <> 0 group by all
) as n on n.org_id = o.org_id and n.segment = s.segment
left join (
    select m.org_id, s.segment, sum(c.subject_count) as subjects
    from population as c
    join unit as u on u.admin_unit_id = c.admin_unit_id and u.is_pilot
    join pair as p on p.segment_code = c.segment_code and p.unit_kind_code = u.unit_kind_code
    join archive_segment as s on s.bits & p.bit <> 0
    join member as m on m.branch_id = u.branch_id
    group by all
) as d on d.org_id = o.org_id and d.segment = s.segment
where o.is_active;

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
    from org as o
    cross join month as m
    left join points as p on p.branch_id = o.org_id and p.month = m.month
    where not o.is_bank
),
org_month as (
    select
        o.org_id, b.month, b.is_current_year, sum(b.balance) as balance,
        bool_or(b.is_lacking and (b.is_open or not o.is_bank)) as is_lacking
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
where not o.is_bank and o.is_active and o.org_id in (
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

-- ---- S71 part I -----------------------------------------------------------------------------------

create macro borrower_group(c) as
    case
        when c.borrower_category_code = 'enterprise' then
            case when c.enterprise_size_code in ('small', 'micro') then 'enterprise' end
        when c.borrower_category_code in ('other_organisation', 'individual_business', 'small_micro_owner')
            then c.borrower_category_code
        when c.borrower_category_code = 'other_individual' and not coalesce(c.is_farm_household, false)
            then 'non_farm'
    end;
create macro band_of(total) as
    case
        when total <= 1000000 then 1 when total <= 5000000 then 2
        when total <= 10000000 then 4 when total <= 30000000 then 8
    end;
-- one bit per thing a row of the form asks for; the same again above when it is no bill finance
create macro marks(l, c) as
    (
        1 + case when l.is_agri then 2 else 0 end + case when c.is_rural_collective then 4 else 0 end
        + case when c.is_cooperative then 8 else 0 end + case when c.is_tech_innovation then 16 else 0 end
        + case when l.is_startup_guarantee then 32 else 0 end
        + case when l.is_startup_guarantee and c.is_disabled then 64 else 0 end
        + case when l.guarantee_type_code = 'credit' then 128 else 0 end
        + case when l.original_due_date > cast(l.disbursement_date + interval 1 year as date) then 256 else 0 end
        + case when l.disbursement_kind_code = 'renewal_without_repayment' then 512 else 0 end
    ) * case when l.is_bill_finance then 1 else 1025 end;

create table form_row (row_id varchar, groups varchar[], mark integer, is_headline boolean);
insert into form_row values
    ('small_micro_enterprise', ['enterprise'], 1, false),
    ('small_micro_enterprise_agri', ['enterprise'], 2, false),
    ('rural_collective', ['enterprise'], 4, false),
    ('farmer_cooperative', ['enterprise'], 8, false),
    ('tech_innovation', ['enterprise'], 16, false),
    ('enterprise_startup_guarantee', ['enterprise'], 32, false),
    ('other_organisation', ['other_organisation'], 1, false),
    ('individual_business_and_owner', ['individual_business', 'small_micro_owner'], 1, false),
    ('individual_business', ['individual_business'], 1, false),
    ('small_micro_owner', ['small_micro_owner'], 1, false),
    ('personal_startup_guarantee', ['individual_business', 'small_micro_owner'], 32, false),
    ('disabled_startup_guarantee', ['individual_business', 'small_micro_owner'], 64, false),
    ('other_individual_non_farm', ['non_farm'], 1, false),
    ('inclusive_small_micro', ['enterprise', 'individual_business', 'small_micro_owner'], 1, true),
    ('inclusive_small_micro_credit', ['enterprise', 'individual_business', 'small_micro_owner'], 128, true),
    ('inclusive_small_micro_medium_long_term', ['enterprise', 'individual_business', 'small_micro_owner'], 256, true),
    (
        'inclusive_small_micro_renewal_without_repayment',
        ['enterprise', 'individual_business', 'small_micro_owner'], 512, true
    );
create table form_band (band_id varchar, bands integer, is_no_bill boolean);
insert into form_band values
    ('credit_le_1m', 1, false), ('credit_1m_5m', 2, false), ('credit_5m_10m', 4, false),
    ('credit_10m_30m', 8, false), ('credit_le_10m', 7, false), ('credit_le_10m_no_bill', 7, true),
    ('credit_le_30m', 15, false);
create table cell as
select
    row_id, band_id, groups,
    case when is_headline then bands & 7 else bands end as bands,
    mark * case when is_headline or is_no_bill then 1024 else 1 end as mark
from form_row cross join form_band;

-- outstanding: credit and category as they are now
create table stock as
with operating as (select * from loan_account where purpose_code = 'operating' and balance > 0),
credit as (
    select customer_id, sum(credit_amount) as total from credit_line
    where credit_kind_code = 'operating' and status_code = 'active'
        and effective_date <= getvariable('period_end')
        and coalesce(expiry_date >= getvariable('period_end'), true)
    group by customer_id
),
exposure as (
    select customer_id, greatest(sum(balance), sum(loan_amount)) as total
    from operating where customer_id not in (select customer_id from credit)
    group by customer_id
)
select
    l.branch_id, l.customer_id, borrower_group(c) as grp, band_of(coalesce(credit.total, exposure.total)) as band,
    marks(l, c) as marks, l.balance as first, case when is_npl(l.five_class_code) then l.balance else 0 end as second
from operating as l
join customer as c on c.customer_id = l.customer_id
left join credit on credit.customer_id = l.customer_id
left join exposure on exposure.customer_id = l.customer_id
where grp is not null and band is not null;

-- disbursed in the year: credit, category and loan as of the month of the disbursement
create table flow as
with drawn as (
    select e._period as month, m.month_end, e.branch_id, e.customer_id, e.loan_id, e.principal_amount, e.annual_rate
    from event as e join month as m on m.month = e._period
    where e.event_type_code = 'disburse'
),
drawer as (select distinct month, month_end, customer_id from drawn),
borrower_then as (
    select d.month, c.*
    from drawer as d
    join in_force as f on f.ledger = 'customer' and f.month = d.month
    join customer_sent as c on c.customer_id = d.customer_id and c._org = f.org and c._period = f.period
),
borrower as (
    select * from borrower_then
    union all by name
    select d.month, c.* from drawer as d join customer as c using (customer_id)
    where not exists (
        select 1 from borrower_then as b where b.month = d.month and b.customer_id = d.customer_id
    )
),
credit as (
    select d.month, d.customer_id, sum(l.credit_amount) as total
    from drawer as d
    join in_force as f on f.ledger = 'credit_line' and f.month = d.month
    join credit_line_sent as l
        on l.customer_id = d.customer_id and l._org = f.org and l._period = f.period
        and l.effective_date <= d.month_end and coalesce(l.expiry_date >= d.month_end, true)
    where l.credit_kind_code = 'operating' and l.status_code = 'active'
    group by all
),
exposure as (
    select d.month, d.customer_id, greatest(sum(l.balance), sum(l.loan_amount)) as total
    from drawer as d
    anti join credit on credit.month = d.month and credit.customer_id = d.customer_id
    join loan_account_sent as l
        on l.customer_id = d.customer_id and l._period = d.month
        and l.purpose_code = 'operating' and l.balance > 0
    group by all
)
select
    d.branch_id, d.customer_id, borrower_group(b) as grp,
    band_of(coalesce(credit.total, exposure.total, 0)) as band, marks(l, b) as marks,
    d.principal_amount as first, d.principal_amount * d.annual_rate as second
from drawn as d
join loan_account_sent as l on l.loan_id = d.loan_id and l._period = d.month and l.purpose_code = 'operating'
join borrower as b on b.customer_id = d.customer_id and b.month = d.month
left join credit on credit.customer_id = d.customer_id and credit.month = d.month
left join exposure on exposure.customer_id = d.customer_id and exposure.month = d.month
where grp is not null and band is not null;

create table s71 as
with source as (select 'stock' as kind, * from stock union all select 'flow' as kind, * from flow),
like_loan as (
    select kind, branch_id, grp, band, marks, sum(first) as first, sum(second) as second
    from source group by all
),
amount as (
    select l.kind, m.org_id, c.row_id, c.band_id, sum(l.first) as first, sum(l.second) as second
    from like_loan as l
    join cell as c on list_contains(c.groups, l.grp) and l.band & c.bands <> 0 and l.marks & c.mark <> 0
    join member as m on m.branch_id = l.branch_id
    group by all
),
-- a customer counts once per organisation, group and band
branch_customer as (
    select kind, branch_id, customer_id, grp, band, bit_or(marks) as marks from source group by all
),
like_customer as (
    select kind, branch_id as org_id, grp, band, marks, count(*) as customers
    from branch_customer where branch_id not in (select bank_id from org) group by all
    union all
    select kind, (select any_value(bank_id) from org), grp, band, marks, count(*)
    from (select kind, customer_id, grp, band, bit_or(marks) as marks from branch_customer group by all)
    group by all
),
customers as (
    select l.kind, l.org_id, c.row_id, c.band_id, sum(l.customers) as customers
    from like_customer as l
    join cell as c on list_contains(c.groups, l.grp) and l.band & c.bands <> 0 and l.marks & c.mark <> 0
    group by all
)
select
    k.kind, o.org_id, cell.row_id || '.' || cell.band_id as segment, coalesce(first, 0) as first,
    coalesce(second, 0) as second, coalesce(customers, 0) as customers
from (values ('stock'), ('flow')) as k (kind)
cross join org as o
cross join cell
left join amount using (kind, org_id, row_id, band_id)
left join customers using (kind, org_id, row_id, band_id)
where o.is_active;

insert into measured
select f.m, f.k, org_id, segment, f.n, null, null, reason
from (
    select s.org_id, s.segment, g.reason, unnest([
        {m: 'inclusive_loan_balance', k: 'amount', n: cast(first as decimal(38, 6))},
        {m: 'inclusive_loan_npl_balance', k: 'amount', n: cast(second as decimal(38, 6))},
        {m: 'inclusive_loan_customer_count', k: 'count', n: cast(customers as decimal(38, 6))}
    ]) as f
    from s71 as s
    left join gap as g
        on g.ledger = 'loan_account' and g.month = getvariable('period') and g.org_id = s.org_id
    where kind = 'stock'
);
insert into measured
select f.m, f.k, org_id, segment, f.n, null, null, reason
from (
    select s.org_id, s.segment, g.reason, unnest([
        {m: 'inclusive_loan_disbursed_amount', k: 'amount', n: cast(first as decimal(38, 6))},
        {m: 'inclusive_loan_annualised_interest', k: 'amount', n: cast(second as decimal(38, 6))},
        {m: 'inclusive_loan_disbursed_customer_count', k: 'count', n: cast(customers as decimal(38, 6))}
    ]) as f
    from s71 as s
    left join (
        select org_id, min(reason) as reason from gap
        where ledger in ('loan_event', 'loan_account')
            and month in (select month from month where is_current_year)
        group by all
    ) as g using (org_id)
    where kind = 'flow'
);

-- ---- as published: no figure where a source is missing ----------------------------------------------

create table raw_figure as select metric_id, org_id, segment, numerator, denominator from measured;

create table figure as
select
    metric_id, org_id, segment,
    case when reason is null then numerator end as numerator,
    case when reason is null then case when kind in ('amount', 'count') then 1 else denominator end end as denominator,
    case when reason is null then
        case kind when 'ratio' then ratio6(numerator, denominator) when 'gap' then value else numerator end
    end as value,
    coalesce(
        reason,
        case when kind = 'ratio' and coalesce(denominator, 0) = 0 then 'zero_denominator' end,
        case when kind = 'gap' and value is null then 'zero_denominator' end
    ) as reason_code
from measured;
