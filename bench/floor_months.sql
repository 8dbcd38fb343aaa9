-- Months of the window (January of last year to the month that is closed) and whose file of which
-- month is in force for them: a register is carried forward.
create table month as
select
    strftime(d, '%Y-%m') as month,
    cast(d as date) as month_start,
    last_day(d) as month_end,
    strftime(d - interval 1 month, '%Y-%m') as previous_month,
    year(d) = year(getvariable('period_start')) as is_current_year
from range(
    getvariable('year_start') - interval 1 year,
    cast(getvariable('period_end') as timestamp),
    interval 1 month
) as r (d);

create table in_force as
select ledger, org, month, max(period) as period
from sent
join month on sent.period <= month.month
where is_register(ledger)
group by all
union all
select ledger, org, period, period
from sent
join month on sent.period = month.month
where not is_register(ledger);

-- the month's dates, as rules across ledgers call them
create table run_context as
select
    getvariable('period') as period, getvariable('period_start') as period_start,
    getvariable('period_end') as period_end, getvariable('year_start') as year_start;
