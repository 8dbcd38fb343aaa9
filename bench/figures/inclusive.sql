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
    from branch_customer group by all
    union all
    select kind, org_id, grp, band, marks, count(*)
    from (
        select b.kind, m.org_id, b.customer_id, b.grp, b.band, bit_or(b.marks) as marks
        from branch_customer as b
        join member as m on m.branch_id = b.branch_id
        join org as o on o.org_id = m.org_id and o.level <> 'branch'
        group by all
    )
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
