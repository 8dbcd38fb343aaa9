-- ---- whole-village credit and credit standing ----------------------------------------------------

create table village as
select
    branch_id, admin_unit_id, township_code, unit_kind_code = 'village' as is_village, household_count, population,
    unit_kind_code = 'village' and is_pilot and coalesce(pilot_from_date <= getvariable('period_end'), false) as is_pilot,
    coalesce(whole_village_date <= getvariable('period_end'), false) as has_begun,
    coalesce(credit_unit_date <= getvariable('period_end'), false)
    and coalesce(credit_unit_expiry_date >= getvariable('period_end'), true) as is_credit_unit,
    coalesce(credit_township_date <= getvariable('period_end'), false) as is_credit_township
from admin_unit;

-- one row per household and unit: households of archives in force, with what each of them says
create table household as
select
    branch_id, admin_unit_id, subject_id, bool_or(segment_code = 'rural_household') as is_rural,
    max(member_count) filter (segment_code = 'rural_household') as members,
    bool_or(segment_code = 'rural_household' and evaluation_date <= getvariable('period_end')) as is_evaluated,
    bool_or(
        credit_household_date <= getvariable('period_end')
        and coalesce(credit_household_expiry_date >= getvariable('period_end'), true)
    ) as is_credit
from customer_archive
where segment_code in ('rural_household', 'community_resident') and status_code = 'complete'
    and opened_date <= getvariable('period_end') and coalesce(expiry_date >= getvariable('period_end'), true)
group by all;

-- one pass over the lines: what a customer has at a branch
create table customer_line as
select
    customer_id, branch_id, bool_or(is_on) as is_on, bool_or(is_on and guarantee_type_code = 'credit') as is_unsecured,
    coalesce(sum(credit_amount) filter (is_on and program_code = 'whole_village'), 0) as whole_village,
    min(effective_date) as first_date,
    bool_or(
        program_code = 'industry'
        and effective_date between getvariable('year_start') and getvariable('period_end')
    ) as has_programme
from (
    select
        customer_id, branch_id, effective_date, credit_amount, program_code, guarantee_type_code,
        status_code = 'active' and effective_date <= getvariable('period_end')
        and coalesce(expiry_date >= getvariable('period_end'), true) as is_on
    from credit_line
)
group by customer_id, branch_id;

create table line_holder as
select c.branch_id, c.admin_unit_id, h.is_unsecured
from (
    select customer_id, bool_or(is_unsecured) as is_unsecured from customer_line where is_on group by customer_id
) as h
join customer as c on c.customer_id = h.customer_id
where c.borrower_category_code not in ('enterprise', 'other_organisation');

create table village_fact as
with granted as (
    select admin_unit_id, count(*) as granted from line_holder where is_unsecured group by admin_unit_id
),
collected as (
    -- a household told by two branches counts once in its village
    select
        admin_unit_id, sum(members) as members, count_if(is_evaluated) as evaluated
    from (
        select admin_unit_id, subject_id, max(members) as members, bool_or(is_evaluated) as is_evaluated
        from household where is_rural
        group by all
    )
    group by admin_unit_id
)
select v.*, coalesce(g.granted, 0) as granted, coalesce(c.members, 0) as members, coalesce(c.evaluated, 0) as evaluated
from village as v
left join granted as g on g.admin_unit_id = v.admin_unit_id
left join collected as c on c.admin_unit_id = v.admin_unit_id;

insert into measured
with credit as (select branch_id, count(*) as credit from household where is_credit group by branch_id),
credit_of as (
    select m.org_id, sum(c.credit) as credit from member as m join credit as c on c.branch_id = m.branch_id group by all
),
covered_of as (
    select m.org_id, sum(c.people) as people
    from member as m
    join (select branch_id, count(*) as people from line_holder group by branch_id) as c on c.branch_id = m.branch_id
    group by all
),
-- pilot villages first, then all administrative villages
summed as (
    select
        o.org_id, any_value(c.credit) as credit, any_value(l.people) as people,
        count(v.admin_unit_id) as units, count_if(v.is_credit_unit) as credit_units,
        sum(v.household_count) as households, sum(v.population) as population,
        count(distinct v.township_code) as townships,
        count(distinct v.township_code) filter (v.is_pilot) as pilot_townships,
        count(distinct v.township_code) filter (v.is_credit_township) as credit_townships,
        count_if(v.is_village) as villages, count_if(v.is_pilot) as pilots,
        count_if(v.is_village and v.has_begun) as begun,
        sum(v.members) filter (v.is_pilot) as p_members, sum(v.members) filter (v.is_village) as v_members,
        sum(v.population) filter (v.is_pilot) as p_people, sum(v.population) filter (v.is_village) as v_people,
        sum(v.evaluated) filter (v.is_pilot) as p_evaluated, sum(v.evaluated) filter (v.is_village) as v_evaluated,
        sum(v.granted) filter (v.is_pilot) as p_granted, sum(v.granted) filter (v.is_village) as v_granted,
        sum(v.household_count) filter (v.is_pilot) as p_households,
        sum(v.household_count) filter (v.is_village) as v_households
    from org as o
    join member as m on m.org_id = o.org_id
    left join village_fact as v on v.branch_id = m.branch_id
    left join credit_of as c on c.org_id = o.org_id
    left join covered_of as l on l.org_id = o.org_id
    where o.is_active
    group by o.org_id
)
select f.m, 'ratio', org_id, f.s, coalesce(f.n, 0), coalesce(f.d, 0), null, null
from (
    select org_id, unnest([
        {m: 'whole_village_village_ratio', s: 'pilot_village', n: pilots, d: villages},
        {m: 'whole_village_village_ratio', s: 'administrative_village', n: begun, d: villages},
        {m: 'whole_village_info_collection_rate', s: 'pilot_village', n: p_members, d: p_people},
        {m: 'whole_village_info_collection_rate', s: 'administrative_village', n: v_members, d: v_people},
        {m: 'whole_village_evaluation_rate', s: 'pilot_village', n: p_evaluated, d: p_households},
        {m: 'whole_village_evaluation_rate', s: 'administrative_village', n: v_evaluated, d: v_households},
        {m: 'whole_village_credit_granted_rate', s: 'pilot_village', n: p_granted, d: p_households},
        {m: 'whole_village_credit_granted_rate', s: 'administrative_village', n: v_granted, d: v_households},
        {m: 'whole_village_township_coverage', s: 'all', n: pilot_townships, d: townships},
        {m: 'credit_village_ratio', s: 'all', n: credit_units, d: units},
        {m: 'credit_township_ratio', s: 'all', n: credit_townships, d: townships},
        {m: 'credit_household_ratio', s: 'all', n: credit, d: households},
        {m: 'personal_credit_coverage_rate', s: 'all', n: people, d: population}
    ]) as f
    from summed
);

-- ---- customers with credit: distinct at every level ------------------------------------------------

-- bits: 1 in force, 2 drawn too, 4 the two in the middle ring (4 in force, 8 drawn), 16 new, 32 new there, 64 above the limit
create table credited as
with zone as (
    select org_id, marketing_zone_code = 'middle_ring' as is_middle from org_unit
),
limit_of as (
    select
        o.org_id,
        coalesce(cast(any_value(s.value order by s.scheme_id) as decimal(18, 2)), 300000) as limit_
    from org as o
    left join setting as s on s.org_id = o.org_id and s.param_name = 'whole_village_credit_limit'
    group by o.org_id
),
drawer as (select distinct customer_id from event where event_type_code = 'disburse'),
line as (
    select
        *, count(*) over w as branches,
        first_date = min(first_date) over w
        and first_date between getvariable('year_start') and getvariable('period_end') as is_new
    from customer_line
    window w as (partition by customer_id)
)
select
    l.customer_id, l.branch_id, l.branches,
    case when l.is_on then 1 else 0 end * (1 + case when d.customer_id is not null then 2 else 0 end)
    * (1 + case when z.is_middle then 4 else 0 end)
    + case when l.is_new then 16 * (1 + case when z.is_middle then 2 else 0 end) else 0 end
    + case when l.whole_village > coalesce(k.limit_, 300000) then 64 else 0 end as bits
from line as l
left join zone as z on z.org_id = l.branch_id
left join limit_of as k on k.org_id = l.branch_id
left join drawer as d on d.customer_id = l.customer_id;

create table credited_count as
select org_id, bits, sum(customers) as customers
from (
    select m.org_id, c.bits, c.customers
    from (select branch_id, bits, count(*) as customers from credited where branches = 1 group by all) as c
    join member as m on m.branch_id = c.branch_id
    union all
    select org_id, bits, count(*)
    from (
        select m.org_id, c.customer_id, bit_or(c.bits) as bits
        from credited as c join member as m on m.branch_id = c.branch_id
        where c.branches > 1
        group by all
    )
    group by all
)
group by all;

insert into measured
select f.m, f.k, org_id, f.s, f.n, f.d, null, null
from (
    select org_id, unnest([
        {m: 'credit_customer_count', k: 'count', s: 'all', n: having_, d: null},
        {m: 'new_credit_customer_count', k: 'count', s: 'all', n: new_, d: null},
        {m: 'new_credit_customer_count', k: 'count', s: 'middle_ring_branches', n: new_middle, d: null},
        {m: 'p8_effective_use_rate', k: 'ratio', s: 'all', n: drawn, d: having_},
        {m: 'p8_effective_use_rate', k: 'ratio', s: 'middle_ring_branches', n: drawn_middle, d: having_middle},
        {m: 'whole_village_credit_limit_breach_count', k: 'count', s: 'all', n: over_, d: null}
    ]) as f
    from (
        select
            o.org_id,
            coalesce(sum(customers) filter (bits & 1 <> 0), 0) as having_,
            coalesce(sum(customers) filter (bits & 2 <> 0), 0) as drawn,
            coalesce(sum(customers) filter (bits & 4 <> 0), 0) as having_middle,
            coalesce(sum(customers) filter (bits & 8 <> 0), 0) as drawn_middle,
            coalesce(sum(customers) filter (bits & 16 <> 0), 0) as new_,
            coalesce(sum(customers) filter (bits & 32 <> 0), 0) as new_middle,
            coalesce(sum(customers) filter (bits & 64 <> 0), 0) as over_
        from org as o left join credited_count as c using (org_id)
        where o.is_active
        group by o.org_id
    )
);

-- a programme is a branch and an industry
insert into measured
with programme as (
    select p.branch_id, count(*) as programmes
    from (
        select distinct l.branch_id, c.industry_code
        from customer_line as l left join customer as c on c.customer_id = l.customer_id
        where l.has_programme
    ) as p
    group by p.branch_id
)
select
    'industry_credit_program_count', 'count', o.org_id, s.segment,
    coalesce(sum(p.programmes) filter (s.segment = 'all' or z.marketing_zone_code = 'outer_ring'), 0),
    null, null, null
from org as o
cross join (values ('all'), ('outer_ring')) as s (segment)
join member as m on m.org_id = o.org_id
left join programme as p on p.branch_id = m.branch_id
left join org_unit as z on z.org_id = m.branch_id
where o.is_active
group by o.org_id, s.segment;

-- loans of the year without a line that was rated, granted and drawn in this order
insert into measured
select 'rating_credit_use_order', 'count', o.org_id, 'all', coalesce(sum(w.loans), 0), null, null, null
from org as o
join member as m on m.org_id = o.org_id
left join (
    select l.branch_id, count(*) as loans
    from loan_account as l
    anti join (
        select customer_id, effective_date, coalesce(expiry_date, date '9999-12-31') as last_date
        from credit_line where rating_date <= effective_date
    ) as c
        on c.customer_id = l.customer_id and c.effective_date <= l.disbursement_date
        and c.last_date >= l.disbursement_date
    where l.disbursement_date between getvariable('year_start') and getvariable('period_end')
    group by l.branch_id
) as w on w.branch_id = m.branch_id
where o.is_active
group by o.org_id;
