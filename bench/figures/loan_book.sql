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

-- growth since the year's start
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
    gap6(part_growth, all_growth, gap_sign), reason
from growth;
