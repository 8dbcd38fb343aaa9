-- ---- credit quality -----------------------------------------------------------------------------

-- one pass over the book: all that asks for class, product, or the month or year of the grant
create table vintage as
select
    branch_id, five_class_code as class, product_class_code as product,
    least(date_diff('month', disbursement_date, getvariable('period_end')), 24) as age,
    year(disbursement_date) as granted, count(*) filter (balance > 0) as loans, sum(balance) as balance,
    coalesce(sum(balance) filter (overdue_days > 0), 0) as overdue,
    coalesce(sum(balance) filter (is_inclusive), 0) as inclusive,
    coalesce(sum(balance) filter (purpose_code = 'housing'), 0) as housing,
    coalesce(sum(balance) filter (purpose_code = 'consumption'), 0) as consumption,
    coalesce(sum(balance) filter (guarantee_type_code = 'credit'), 0) as credit,
    count(*) filter (is_new) as new_loans, coalesce(sum(loan_amount) filter (is_new), 0) as new_amount,
    count(*) filter (is_renewed) as renewed_loans,
    coalesce(sum(loan_amount) filter (is_renewed), 0) as renewed_amount
from (
    select
        *,
        is_inclusive
        and disbursement_date between getvariable('year_start') and getvariable('period_end') as is_new,
        is_new and disbursement_kind_code = 'renewal_without_repayment' as is_renewed
    from loan_account
)
group by all;

create table five_class (class varchar);
insert into five_class values ('normal'), ('special_mention'), ('substandard'), ('doubtful'), ('loss');

create table class_position as
select
    m.org_id, coalesce(class, 'all') as class, sum(loans) as loans, sum(balance) as balance,
    sum(inclusive) as inclusive, sum(housing) as housing, sum(consumption) as consumption
from vintage as v
join member as m on m.branch_id = v.branch_id
group by grouping sets ((m.org_id, class), (m.org_id));

insert into measured
select f.m, f.k, org_id, f.s, f.n, f.d, null, reason
from (
    select o.org_id, lack.now as reason, unnest([
        {m: 'five_class_balance', k: 'amount', s: c.class, n: coalesce(p.balance, 0), d: null},
        {m: 'five_class_loan_count', k: 'count', s: c.class, n: coalesce(p.loans, 0), d: null},
        {m: case when c.class <> 'all' then 'five_class_share' end, k: 'ratio', s: c.class,
            n: coalesce(p.balance, 0), d: coalesce(w.balance, 0)},
        {m: case c.class when 'special_mention' then 'special_mention_ratio' end, k: 'ratio', s: 'all',
            n: coalesce(p.balance, 0), d: coalesce(w.balance, 0)},
        {m: case c.class when 'normal' then 'loan_mix_share' end, k: 'ratio', s: 'normal',
            n: coalesce(p.balance, 0), d: coalesce(w.balance, 0)},
        {m: case c.class when 'all' then 'loan_mix_share' end, k: 'ratio', s: 'housing',
            n: coalesce(w.housing, 0), d: coalesce(w.balance, 0)},
        {m: case c.class when 'all' then 'loan_mix_share' end, k: 'ratio', s: 'consumption',
            n: coalesce(w.consumption, 0), d: coalesce(w.balance, 0)}
    ]) as f
    from org as o
    cross join (select 'all' as class union all select class from five_class) as c
    left join class_position as p on p.org_id = o.org_id and p.class = c.class
    left join class_position as w on w.org_id = o.org_id and w.class = 'all'
    left join lack on lack.org_id = o.org_id and lack.ledger = 'loan_account'
    where o.is_active
)
where f.m is not null;

-- ratios against the year's start, the whole book and the target set
create table quality as
with new_loan as (
    select
        s.org_id, any_value(s.value) as since, coalesce(sum(v.balance), 0) as balance,
        coalesce(sum(v.balance) filter (is_npl(v.class)), 0) as npl
    from setting as s
    join member as m on m.org_id = s.org_id
    left join vintage as v on v.branch_id = m.branch_id and v.granted >= cast(s.value as integer)
    where s.scheme_id = 'postloan_2005' and s.param_name = 'npl_control_start_year'
    group by s.org_id
),
inclusive as (
    select
        org_id, coalesce(sum(inclusive), 0) as balance,
        coalesce(sum(inclusive) filter (is_npl(class)), 0) as npl
    from class_position where class <> 'all' group by org_id
)
select
    a.org_id, a.npl, a.balance, b.npl as npl_before, b.balance as balance_before,
    coalesce(i.npl, 0) as inclusive_npl, coalesce(i.balance, 0) as inclusive_balance,
    coalesce(n.npl, 0) as new_npl, coalesce(n.balance, 0) as new_balance,
    cast(t.value as decimal(18, 6)) as target, a.reason, coalesce(a.reason, b.reason) as either_reason,
    coalesce(
        case when t.value is null then 'missing_parameter:npl_control_target' end,
        case when n.since is null then 'missing_parameter:npl_control_start_year' end, a.reason
    ) as target_reason
from position as a
join position as b on b.org_id = a.org_id and b.point = 'start'
left join inclusive as i on i.org_id = a.org_id
left join new_loan as n on n.org_id = a.org_id
left join setting as t
    on t.org_id = a.org_id and t.scheme_id = 'postloan_2005' and t.param_name = 'npl_control_target'
where a.point = 'now';

insert into measured
select f.m, f.k, org_id, f.s, f.n, f.d, null, f.reason
from (
    select org_id, unnest([
        {m: 'npl_balance_change', k: 'amount', s: 'all', n: npl - npl_before, d: null, reason: either_reason},
        {m: 'inclusive_npl_ratio', k: 'ratio', s: 'all', n: inclusive_npl, d: inclusive_balance, reason: reason},
        {m: 'loan_mix_share', k: 'ratio', s: 'npl', n: npl, d: balance, reason: reason}
    ]) as f
    from quality
);

insert into measured
select f.m, 'gap', org_id, 'all', f.n, f.d, gap6(f.n, f.d, f.exact), f.reason
from (
    select org_id, unnest([
        {
            m: 'npl_ratio_change', n: ratio6(npl, balance), d: ratio6(npl_before, balance_before),
            exact: sign(npl * balance_before - npl_before * balance), reason: either_reason
        },
        {
            m: 'inclusive_npl_spread', n: ratio6(inclusive_npl, inclusive_balance), d: ratio6(npl, balance),
            exact: sign(inclusive_npl * balance - npl * inclusive_balance), reason: reason
        },
        {
            m: 'npl_over_control_target', n: ratio6(new_npl, new_balance), d: ratio6(target, 100),
            exact: sign(100 * new_npl - target * new_balance), reason: target_reason
        }
    ]) as f
    from quality
);

-- ---- vintages and products ------------------------------------------------------------------------

create table vintage_segment as
select segment from (
    values ('all'), ('product_micro_credit'), ('product_beautiful_home'), ('product_beautiful_field'),
        ('product_micro_guarantee'), ('product_startup'), ('product_other'), ('granted_earlier')
) as s (segment)
union all
select printf('granted_%02d', age) from range(24) as r (age);

insert into measured
with sliced as (
    select
        m.org_id,
        case grouping(v.age, v.product)
            when 3 then 'all' when 2 then 'product_' || v.product
            else case v.age when 24 then 'granted_earlier' else printf('granted_%02d', v.age) end
        end as segment,
        sum(balance) as balance, sum(overdue) as overdue,
        coalesce(sum(balance) filter (is_npl(class)), 0) as npl
    from vintage as v
    join member as m on m.branch_id = v.branch_id
    group by grouping sets ((m.org_id), (m.org_id, v.age), (m.org_id, v.product))
)
select f.m, 'ratio', org_id, segment, f.n, f.d, null, reason
from (
    select o.org_id, s.segment, lack.now as reason, unnest([
        {m: 'vintage_npl_ratio', n: coalesce(v.npl, 0), d: coalesce(v.balance, 0)},
        {m: 'vintage_overdue_ratio', n: coalesce(v.overdue, 0), d: coalesce(v.balance, 0)}
    ]) as f
    from org as o
    cross join vintage_segment as s
    left join sliced as v on v.org_id = o.org_id and v.segment = s.segment
    left join lack on lack.org_id = o.org_id and lack.ledger = 'loan_account'
    where o.is_active
);

-- ---- migration between classes --------------------------------------------------------------------

create table migration as
with opening as (
    select loan_id, branch_id, five_class_code as class, balance
    from loan_account_sent where _period = getvariable('opening') and balance > 0
)
select
    coalesce(n.branch_id, t.branch_id) as branch_id, coalesce(t.class, 'new') as class_then,
    case
        when n.balance > 0 then n.five_class_code
        when n.contract_status_code = 'written_off' then 'written_off'
        else 'settled'
    end as class_now,
    count(*) as loans, sum(coalesce(t.balance, n.balance)) as balance
from opening as t
full join loan_account as n on n.loan_id = t.loan_id
where t.loan_id is not null or n.balance > 0
group by all;

insert into measured
with way as (
    select a.class as class_then, b.class as class_now
    from (select class from five_class union all select 'new') as a
    cross join (
        select class from five_class union all select 'settled' union all select 'written_off'
    ) as b
    where a.class <> 'new' or b.class in (select class from five_class)
),
moved as (
    select m.org_id, class_then, class_now, sum(loans) as loans, sum(balance) as balance
    from migration as g join member as m on m.branch_id = g.branch_id
    group by all
)
select f.m, f.k, org_id, class_then || '_to_' || class_now, f.n, null, null, reason
from (
    select
        o.org_id, way.class_then, way.class_now, coalesce(lack.now, lack.opening) as reason, unnest([
            {m: 'five_class_migration_count', k: 'count', n: cast(coalesce(m.loans, 0) as decimal(38, 6))},
            {m: 'five_class_migration_balance', k: 'amount', n: cast(coalesce(m.balance, 0) as decimal(38, 6))}
        ]) as f
    from org as o
    cross join way
    left join moved as m
        on m.org_id = o.org_id and m.class_then = way.class_then and m.class_now = way.class_now
    left join lack on lack.org_id = o.org_id and lack.ledger = 'loan_account'
    where o.is_active
);

-- ---- cases and asset losses -----------------------------------------------------------------------

insert into measured
with incidents as (
    select m.org_id, coalesce(incident_kind_code, 'all') as kind, count(*) as cases, sum(loss_amount) as lost
    from incident_sent as i
    join month on month.month = i._period and month.is_current_year
    join member as m on m.branch_id = i.branch_id
    where incident_kind_code in ('case', 'asset_loss')
        and incident_date between getvariable('year_start') and getvariable('period_end')
    group by grouping sets ((m.org_id, incident_kind_code), (m.org_id))
)
select f.m, f.k, org_id, segment, f.n, null, null, reason
from (
    select o.org_id, s.segment, lack.year as reason, unnest([
        {m: 'case_loss_amount', k: 'amount', n: cast(coalesce(lost, 0) as decimal(38, 6))},
        {m: 'case_loss_count', k: 'count', n: cast(coalesce(cases, 0) as decimal(38, 6))}
    ]) as f
    from org as o
    cross join (values ('all'), ('case'), ('asset_loss')) as s (segment)
    left join incidents as i on i.org_id = o.org_id and i.kind = s.segment
    left join lack on lack.org_id = o.org_id and lack.ledger = 'incident'
    where o.is_active
);

-- ---- renewals without repayment, reminders before due ---------------------------------------------

insert into measured
select f.m, 'ratio', org_id, f.s, f.n, f.d, null, reason
from (
    select o.org_id, any_value(lack.now) as reason, unnest([
        {
            m: 'no_repayment_renewal_share', s: 'count',
            n: coalesce(sum(renewed_loans), 0), d: coalesce(sum(new_loans), 0)
        },
        {
            m: 'no_repayment_renewal_share', s: 'amount',
            n: coalesce(sum(renewed_amount), 0), d: coalesce(sum(new_amount), 0)
        }
    ]) as f
    from org as o
    join member as m on m.org_id = o.org_id
    left join vintage as v on v.branch_id = m.branch_id
    left join lack on lack.org_id = o.org_id and lack.ledger = 'loan_account'
    where o.is_active
    group by o.org_id
);

insert into measured
with reminder as (
    select loan_id, min(event_date) as first_date
    from engagement_sent
    where _period in (getvariable('previous'), getvariable('period'))
        and engagement_type_code = 'predue_reminder' and loan_id is not null
    group by loan_id
),
falling as (
    select n.branch_id, count(*) as loans, count(*) filter (r.first_date <= n.due_date) as reminded
    from (
        select loan_id, branch_id, due_date from loan_account
        where due_date between getvariable('period_start') and getvariable('period_end')
    ) as n
    semi join loan_account_before as b on b.loan_id = n.loan_id and b.balance > 0
    left join reminder as r on r.loan_id = n.loan_id
    group by n.branch_id
)
select
    'predue_collection_rate', 'ratio', o.org_id, 'all', coalesce(sum(f.reminded), 0),
    coalesce(sum(f.loans), 0), null,
    (
        select min(reason) from gap
        where gap.org_id = o.org_id and gap.ledger in ('loan_account', 'engagement')
            and gap.month in (getvariable('previous'), getvariable('period'))
    )
from org as o
join member as m on m.org_id = o.org_id
left join falling as f on f.branch_id = m.branch_id
where o.is_active
group by o.org_id;
