-- ---- what several families ask for, once: plans, expense, sales, staff, loans with their customer ----

-- the latest version in force of this year's plan
create table plan as
select org_id, plan_item_code as item, arg_max(plan_value, (effective_date, version_no)) as planned
from branch_plan
where plan_year = year(getvariable('period_end')) and effective_date <= getvariable('period_end')
group by all;

create table expense as
select
    e.branch_id, m.is_current_year as is_now, e.business_line_code as line, e.expense_item_code as item,
    sum(e.amount) as amount
from branch_expense_sent as e
join month as m on m.month = e._period
where right(m.month, 2) <= right(getvariable('period'), 2)
group by all;
create macro is_cost(item) as item in (
    'personnel', 'operating', 'variable', 'allocated', 'infrastructure', 'part_time_allowance', 'public_relation'
);

create table sold as
select
    s.branch_id, s.product_code, s.product_family_code as family,
    sum(cast(s.unit_count as decimal(18, 0)) * coalesce(s.allocation_ratio, 1)) as units,
    bool_or(s.unit_count > 0 or s.sale_amount > 0) as is_sold
from product_sale_sent as s
join month as m on m.month = s._period and m.is_current_year
group by all;

create table note as
select
    l.loan_id, l.customer_id, l.branch_id, l.balance, l.is_inclusive, l.manager_id,
    coalesce(l.product_class_code, 'unclassified') as product,
    coalesce(c.borrower_category_code, 'unknown') as category,
    coalesce(c.borrower_category_code = 'enterprise' and c.enterprise_size_code in ('medium', 'small', 'micro'), false)
        as is_sme
from loan_account as l
left join customer as c on c.customer_id = l.customer_id;

-- one row for who owes; who borrows at several branches (few) is told apart, so that only they
-- need be counted anew for county and bank
create table debtor as
select
    customer_id, any_value(category) as category, min(branch_id) as branch_id,
    min(branch_id) <> max(branch_id) as is_shared, bool_or(is_inclusive) as is_inclusive
from note
where balance > 0
group by customer_id;

-- what every branch has, added up for county and bank
create table strength as
select
    o.org_id, count_if(b.is_active) as outlets, coalesce(sum(s.on_post), 0) as on_post,
    coalesce(sum(s.managers), 0) as managers, coalesce(sum(s.pilot_managers), 0) as pilot_managers,
    coalesce(sum(s.certified), 0) as certified, coalesce(sum(s.credit), 0) as credit,
    coalesce(sum(s.due), 0) as due, coalesce(bool_or(s.is_undated), false) as is_undated,
    coalesce(sum(s.specialists), 0) as specialists, coalesce(sum(s.established), 0) as established
from org as o
join member on member.org_id = o.org_id
left join branch as b on b.org_id = member.branch_id
left join (
    select
        s.branch_id, count_if(status_code = 'on_post') as on_post,
        count_if(is_manager) as managers,
        count_if(is_manager and u.is_strong_county_pilot and b.is_active) as pilot_managers,
        count_if(
            is_manager and certificate_no is not null
            and coalesce(certificate_expiry_date >= getvariable('period_end'), true)
        ) as certified,
        count_if(is_credit) as credit,
        count_if(is_credit and post_start_date + interval 3 year <= getvariable('period_end')) as due,
        bool_or(is_credit and post_start_date is null) as is_undated,
        count_if(status_code = 'on_post' and post_code = 'inclusive_specialist') as specialists,
        count_if(is_on_establishment and status_code <> 'left') as established
    from (
        select
            *, status_code = 'on_post' and post_code = 'sme_manager' as is_manager,
            status_code = 'on_post' and post_code in ('sme_manager', 'credit_officer') as is_credit
        from staff
    ) as s
    left join branch as b on b.org_id = s.branch_id
    left join org_unit as u on u.org_id = s.branch_id
    group by s.branch_id
) as s on s.branch_id = member.branch_id
where o.is_active
group by o.org_id;
