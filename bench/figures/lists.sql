-- ---- lists of the bank: industries and products, by organisation -------------------------------------

create table listed as
select org_id, param_name, trim(unnest(string_split_regex(value, '[,，、]'))) as code
from setting
where (scheme_id, param_name) in (
    ('lanxi_five_year', 'two_high_one_surplus_industries'),
    ('ganyin_five_projects', 'strong_county_special_products'),
    ('ganyin_five_projects', 'huidai_special_products')
);

create table industry as
select branch_id, industry_code, sum(balance) as net
from (
    select branch_id, industry_code, balance from loan_account
    union all
    select branch_id, industry_code, -balance from loan_account_sent where _period = getvariable('opening')
)
where industry_code is not null
group by all;

-- a code stands for all below it; each industry is matched once, however many organisations there are
insert into measured
with restricted as (
    select distinct l.org_id, i.industry_code
    from (select distinct industry_code from industry) as i
    join listed as l on starts_with(i.industry_code, l.code) and l.code <> ''
    where l.param_name = 'two_high_one_surplus_industries'
),
net as (
    select r.org_id, sum(i.net) as net
    from restricted as r
    join member as m on m.org_id = r.org_id
    join industry as i on i.branch_id = m.branch_id and i.industry_code = r.industry_code
    group by r.org_id
)
select
    'two_high_one_surplus_balance_change', 'amount', o.org_id, 'all', coalesce(n.net, 0), null, null,
    coalesce(
        case when s.value is null then 'missing_parameter:two_high_one_surplus_industries' end,
        lack.now, lack.opening
    )
from org as o
left join setting as s
    on s.org_id = o.org_id and s.scheme_id = 'lanxi_five_year'
    and s.param_name = 'two_high_one_surplus_industries'
left join net as n on n.org_id = o.org_id
left join lack on lack.org_id = o.org_id and lack.ledger = 'loan_account'
where o.is_active;

insert into measured
with product as (
    select
        branch_id, product_code,
        bool_or(
            disbursement_date between getvariable('year_start') and getvariable('period_end')
        ) as is_lent,
        bool_or(balance > 0) as is_held
    from loan_account where product_code is not null
    group by all
),
special as (
    select m.org_id, l.param_name, count(distinct p.product_code) as products
    from product as p
    join member as m on m.branch_id = p.branch_id
    join listed as l on l.org_id = m.org_id and l.code = p.product_code
    where case l.param_name when 'strong_county_special_products' then p.is_lent else p.is_held end
    group by all
)
select
    'special_product_count', 'count', o.org_id, k.segment, coalesce(c.products, 0), null, null,
    coalesce(case when s.value is null then 'missing_parameter:' || k.param_name end, lack.now)
from org as o
cross join (
    values ('strong_county_pilot_products', 'strong_county_special_products'),
        ('huidai_subcategories', 'huidai_special_products')
) as k (segment, param_name)
left join setting as s
    on s.org_id = o.org_id and s.scheme_id = 'ganyin_five_projects' and s.param_name = k.param_name
left join special as c on c.org_id = o.org_id and c.param_name = k.param_name
left join lack on lack.org_id = o.org_id and lack.ledger = 'loan_account'
where o.is_active;

-- ---- since the plan began: before the year by parameter of every branch, and in the year ------------

insert into measured
with flow as (
    select 'inclusive_investment' as kind, branch_id, sum(amount) as amount
    from branch_expense_sent as e
    join month on month.month = e._period and month.is_current_year
    where expense_item_code in ('infrastructure', 'fee_concession') and business_line_code = 'all'
    group by branch_id
    union all
    select 'low_income_farm_loan', branch_id, sum(principal_amount)
    from event
    where event_type_code = 'disburse' and customer_id in (select customer_id from customer where is_low_income)
    group by branch_id
)
select
    k.kind || '_cumulative', 'amount', o.org_id, 'all',
    coalesce(sum(cast(s.value as decimal(18, 2))) filter (b.is_active), 0) + coalesce(sum(flow.amount), 0), null, null,
    coalesce(
        case when bool_or(b.is_active and s.value is null) then 'missing_parameter:' || k.kind || '_before_year' end,
        any_value(lack.year), any_value(register.now)
    )
from org as o
cross join (
    values ('inclusive_investment', 'branch_expense', null), ('low_income_farm_loan', 'loan_event', 'customer')
) as k (kind, ledger, register)
join member as m on m.org_id = o.org_id
left join branch as b on b.org_id = m.branch_id
left join setting as s
    on s.org_id = m.branch_id and s.scheme_id = 'lanxi_five_year' and s.param_name = k.kind || '_before_year'
left join flow on flow.branch_id = m.branch_id and flow.kind = k.kind
left join lack on lack.org_id = o.org_id and lack.ledger = k.ledger
left join lack as register on register.org_id = o.org_id and register.ledger = k.register
where o.is_active
group by o.org_id, k.kind;
