-- ---- what loans earn by product and customer ------------------------------------------------------
-- A loan's branch, product and class are as every month reported them, the customer's category as it is
-- now. The months of the year, last year's end and the postings are each read once.

create table earning as
with posted as (
    select
        n.branch_id, n.product, n.category,
        sum(case e.event_type_code when 'repay' then e.interest_amount else -e.interest_amount end) as interest
    from event as e
    join note as n on n.loan_id = e.loan_id
    where e.event_type_code in ('repay', 'repay_reversal')
    group by all
),
month_end as (
    select
        l.branch_id, coalesce(l.product_class_code, 'unclassified') as product,
        coalesce(c.borrower_category_code, 'unknown') as category, l._period as month, l.five_class_code as class,
        sum(l.balance) as balance
    from loan_account_sent as l
    left join customer as c on c.customer_id = l.customer_id
    where l._period between getvariable('opening') and getvariable('period')
    group by all
)
select branch_id, product, category, 'interest' as kind, interest as amount from posted
union all
select branch_id, product, category, 'month_end', balance from month_end where month <> getvariable('opening')
union all
select
    branch_id, product, category, class,
    case month when getvariable('opening') then -balance else balance end
from month_end where month in (getvariable('opening'), getvariable('period'));

insert into measured
with part as (
    select
        m.org_id, coalesce('product_' || product, 'customer_' || category, 'all') as segment, kind,
        sum(amount) as amount
    from earning as e
    join member as m on m.branch_id = e.branch_id
    group by grouping sets ((m.org_id, kind), (m.org_id, kind, product), (m.org_id, kind, category))
),
rate as (
    select org_id, kind, case when kind <> 'month_end' or count(*) = 2 then sum(cast(value as decimal(12, 9))) end as rate
    from (
        select
            org_id, value,
            case when starts_with(param_name, 'provision_rate_') then substr(param_name, 16) else 'month_end' end as kind
        from setting
        where scheme_id = 'lanxi_five_year' and (
            starts_with(param_name, 'provision_rate_') or param_name in ('ftp_monthly_rate', 'operating_cost_monthly_rate')
        )
    )
    group by org_id, kind
),
profit as (
    select
        p.org_id, p.segment,
        sum(cast(p.amount as decimal(24, 2)) * case p.kind when 'interest' then 1 else -r.rate end) as profit,
        bool_or(p.kind <> 'interest' and p.amount <> 0 and r.rate is null) as is_unknown
    from part as p
    left join rate as r on r.org_id = p.org_id and r.kind = p.kind
    group by all
)
select
    'multi_dimension_profit', 'amount', o.org_id, s.segment, case when not coalesce(is_unknown, false) then coalesce(p.profit, 0) end,
    null, null, null
from org as o
cross join (
    select unnest([
        'all', 'product_micro_credit', 'product_beautiful_home', 'product_beautiful_field', 'product_micro_guarantee',
        'product_startup', 'product_other', 'product_unclassified', 'customer_enterprise',
        'customer_other_organisation', 'customer_individual_business', 'customer_small_micro_owner',
        'customer_other_individual', 'customer_unknown'
    ]) as segment
) as s
left join profit as p on p.org_id = o.org_id and p.segment = s.segment
where o.is_active;
