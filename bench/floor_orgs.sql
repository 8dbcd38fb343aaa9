-- Organisations at the month's end, whose rows count in whom, and who sent nothing for a month.
create table org as
select
    o.org_id, o.org_type_code, b.org_id as bank_id, o.org_type_code = 'bank' as is_bank,
    o.opened_date, o.closed_date,
    coalesce(o.opened_date <= getvariable('period_end'), true)
    and coalesce(o.closed_date > getvariable('period_end'), true) as is_active
from org_unit as o, (select org_id from org_unit where org_type_code = 'bank') as b;

create table member as
select org_id, org_id as branch_id from org where not is_bank
union all
select bank_id, org_id from org;

-- who was open at a month end and sent nothing for it
create table gap as
select distinct
    l.ledger, m.month, member.org_id, 'no_source:' || l.ledger || ':' || m.month as reason
from (select unnest([
    'admin_unit', 'credit_line', 'customer', 'customer_archive', 'deposit_tenday', 'gl_balance',
    'grid', 'loan_account', 'loan_event', 'segment_population'
]) as ledger) as l
cross join month as m
join org as o
    on not o.is_bank
    and coalesce(o.opened_date <= m.month_end, true)
    and coalesce(o.closed_date > m.month_end, true)
join member on member.branch_id = o.org_id
where not exists (
    select 1 from in_force as f
    where f.ledger = l.ledger and f.month = m.month and f.org in (o.org_id, o.bank_id)
);
