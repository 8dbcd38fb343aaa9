-- ---- what is given: parameters in force, and who lacks a file -----------------------------------

-- an organisation's own parameter stands before the bank's; of several in force the latest
create table setting as
select
    o.org_id, p.scheme_id, p.param_name,
    arg_max(p.param_value, (p.org_id = o.org_id, p.effective_date)) as value
from org as o
join scheme_param as p on p.org_id in (o.org_id, o.bank_id)
where p.effective_date <= getvariable('period_end')
    and coalesce(p.expiry_date >= getvariable('period_end'), true)
group by all;

create table lack as
select
    org_id, ledger, min(reason) filter (gap.month = getvariable('period')) as now,
    min(reason) filter (gap.month = getvariable('opening')) as opening,
    min(reason) filter (is_current_year) as year
from gap join month on month.month = gap.month
group by all;
