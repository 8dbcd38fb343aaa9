-- Organisations at the month's end (bank, counties, branches), whose rows count in whom, places, and
-- who sent nothing for a month.
create table branch as
select
    org_id, org_type_code, division_code, opened_date, closed_date,
    coalesce(opened_date <= getvariable('period_end'), true)
    and coalesce(closed_date > getvariable('period_end'), true) as is_active
from org_unit where org_type_code <> 'bank';

create table org as
with bank as (select org_id from org_unit where org_type_code = 'bank')
select
    org_id, 'branch' as level, org_type_code, (select org_id from bank) as bank_id,
    false as is_bank, opened_date, closed_date, is_active
from branch
union all
select
    division_code, 'county', 'county', (select org_id from bank), false, null, null, bool_or(is_active)
from branch where division_code is not null group by division_code
union all
select org_id, 'bank', 'bank', org_id, true, null, null, true from bank;

create table member as
select org_id, org_id as branch_id from branch
union all
select division_code, org_id from branch where division_code is not null
union all
select bank.org_id, branch.org_id from branch, org as bank where bank.is_bank
union all
select org_id, org_id from org where is_bank;

-- Places are big grids in force; what of a branch lies in none is <branch>:no_grid.
create table unit_place as
select u.branch_id, u.admin_unit_id, coalesce(g.grid_id, u.branch_id || ':no_grid') as place_id
from admin_unit as u
left join grid as g
    on g.branch_id = u.branch_id and g.admin_unit_id = u.admin_unit_id and g.grid_level_code = 'big'
    and g.live_date <= getvariable('period_end')
    and coalesce(g.closed_date > getvariable('period_end'), true);

create table place as
select place_id as org_id, branch_id from unit_place
union
select org_id || ':no_grid', org_id from branch where is_active;

-- who was open at a month end and sent nothing for it
create table gap as
select distinct
    l.ledger, m.month, member.org_id, 'no_source:' || l.ledger || ':' || m.month as reason
from (
    select distinct ledger from sent
    where ledger not in (
        'branch_plan', 'calendar_override', 'org_unit', 'qualitative_score', 'scheme_binding', 'scheme_param'
    )
) as l
cross join month as m
join branch as o
    on coalesce(o.opened_date <= m.month_end, true)
    and coalesce(o.closed_date > m.month_end, true)
join member on member.branch_id = o.org_id
where not exists (
    select 1 from in_force as f
    where f.ledger = l.ledger and f.month = m.month
        and f.org in (o.org_id, (select org_id from org where is_bank))
);
