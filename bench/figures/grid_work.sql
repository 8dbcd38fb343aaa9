-- ---- grids at work: structure, officers, people, levels ----------------------------------------

-- What lies in a place counts in the place, its branch, its county and the bank: facts are summed by
-- place once. Rows the bank itself sends lie in a place of their own that counts in the bank only.
create table area as
select distinct place_id, branch_id from unit_place
union
select org_id || ':no_grid', org_id from branch
union
select org_id || ':no_grid', org_id from org where is_bank;
create table area_org as
select a.place_id, a.place_id as org_id, true as is_place
from area as a join place as p on p.org_id = a.place_id
union all
select a.place_id, o.org_id, false
from area as a
join member as m on m.branch_id = a.branch_id
join org as o on o.org_id = m.org_id and o.is_active;

create table leaf_grid as
select
    g.grid_id, g.branch_id, g.admin_unit_id, coalesce(p.place_id, g.branch_id || ':no_grid') as place_id,
    g.ledger_date <= getvariable('period_end') as has_ledger,
    up.grid_id is null as is_orphan,
    case when g.grid_class_code = 'urban' then
        case g.grid_subclass_code
            when 'commercial' then 1 when 'park' then 2 when 'campus' then 4 when 'community' then 8
        end
    end as zone
from grid as g
left join unit_place as p on p.branch_id = g.branch_id and p.admin_unit_id = g.admin_unit_id
left join grid as up
    on up.grid_id = g.parent_grid_id and up.grid_level_code = 'big' and up.admin_unit_id = g.admin_unit_id
    and up.live_date <= getvariable('period_end')
    and coalesce(up.closed_date > getvariable('period_end'), true)
where g.grid_level_code = 'leaf' and g.live_date <= getvariable('period_end')
    and coalesce(g.closed_date > getvariable('period_end'), true);

-- of the month, so that a training finds who was on duty that day
create table duty as
select
    a.*, coalesce(p.place_id, a.branch_id || ':no_grid') as place_id,
    a.start_date <= getvariable('period_end')
    and coalesce(a.end_date >= getvariable('period_end'), true) as is_on
from grid_assignment as a
left join grid as g on g.grid_id = a.grid_id
left join unit_place as p on p.branch_id = a.branch_id and p.admin_unit_id = g.admin_unit_id;

create table grid_count as
with officer as (
    select
        d.grid_id, d.person_id, bool_or(d.is_primary) as is_primary,
        bool_or(d.employment_code = 'full_time') as is_full_time
    from duty as d semi join leaf_grid as l on l.grid_id = d.grid_id
    where d.is_on and d.role_code = 'officer'
    group by d.grid_id, d.person_id
),
officer_held as (
    select *, count(*) filter (is_full_time) over (partition by person_id) as held from officer
),
manned as (
    select
        grid_id, bool_or(is_full_time) as has_full_time,
        count(*) filter (is_primary) = 1 and coalesce(max(held) filter (is_full_time), 1) = 1 as is_single
    from officer_held group by grid_id
),
head as (
    select distinct branch_id from staff where post_code = 'director' and status_code = 'on_post'
),
served as (select distinct grid_id from engagement where grid_id is not null)
select
    l.place_id, count(*) as grids, count_if(l.has_ledger) as with_ledger, count_if(l.is_orphan) as orphans,
    bit_or(l.zone) as zones, count(m.grid_id) as manned, count_if(m.has_full_time) as full_time,
    count_if(m.is_single) as single, count_if(m.has_full_time and h.branch_id is not null) as chained,
    count_if(s.grid_id is null) as unserved
from leaf_grid as l
left join manned as m on m.grid_id = l.grid_id
left join head as h on h.branch_id = l.branch_id
left join served as s on s.grid_id = l.grid_id
group by l.place_id;

insert into measured
select f.m, f.k, org_id, f.s, f.n, f.d, null, null
from (
    select is_place, org_id, unnest([
        {m: 'grid_big_small_nesting', k: 'count', s: 'all', n: orphans, d: null, here: grids},
        {m: 'grid_urban_four_zones', k: 'count', s: 'urban_subclasses', n: bit_count(zones), d: null, here: zones},
        {m: 'ledger_per_grid', k: 'ratio', s: 'grid', n: with_ledger, d: grids, here: grids},
        {m: 'grid_officer_per_grid', k: 'ratio', s: 'leaf_grid', n: single, d: grids, here: grids},
        {m: 'grid_responsibility_split_p7', k: 'ratio', s: 'all', n: manned, d: grids, here: grids},
        {m: 'grid_second_level_per_person', k: 'ratio', s: 'all', n: full_time, d: grids, here: grids},
        {m: 'sanxia_responsibility_chain', k: 'ratio', s: 'all', n: chained, d: grids, here: grids},
        {m: 'sanxia_three_seamless', k: 'count', s: 'responsibility_gap', n: grids - manned, d: null, here: grids},
        {m: 'sanxia_three_seamless', k: 'count', s: 'service_gap', n: unserved, d: null, here: grids}
    ]) as f
    from (
        select
            a.org_id, a.is_place, coalesce(sum(grids), 0) as grids, coalesce(sum(with_ledger), 0) as with_ledger,
            coalesce(sum(orphans), 0) as orphans, coalesce(bit_or(zones), 0) as zones,
            coalesce(sum(manned), 0) as manned, coalesce(sum(full_time), 0) as full_time,
            coalesce(sum(single), 0) as single, coalesce(sum(chained), 0) as chained,
            coalesce(sum(unserved), 0) as unserved
        from area_org as a left join grid_count as c using (place_id)
        group by a.org_id, a.is_place
    )
)
where not is_place or f.here > 0;

-- ---- units: what is covered, served, agreed ----------------------------------------------------

create table unit_fact as
with point as (
    select admin_unit_id, bool_or(point_type_code = 'assisted_withdrawal') as has_withdrawal
    from service_point
    where status_code = 'active' and opened_date <= getvariable('period_end')
        and coalesce(closed_date > getvariable('period_end'), true)
        and point_type_code in (
            'assisted_withdrawal', 'atm', 'self_service_terminal', 'transfer_phone', 'self_service_bank'
        )
    group by admin_unit_id
),
covered as (select distinct admin_unit_id from leaf_grid)
select
    u.admin_unit_id, p.place_id, u.unit_kind_code = 'village' as is_village,
    u.unit_kind_code = 'community' and u.is_urban as is_urban_community,
    c.admin_unit_id is not null as is_covered, o.admin_unit_id is not null as is_basic,
    coalesce(o.has_withdrawal, false) as has_withdrawal,
    coalesce(u.agreement_date <= getvariable('period_end'), false) as has_agreed,
    1 + case when u.division_code is not null then 2 else 0 end
    + case when u.township_code is not null then 4 else 0 end as levels
from admin_unit as u
join unit_place as p on p.branch_id = u.branch_id and p.admin_unit_id = u.admin_unit_id
left join covered as c on c.admin_unit_id = u.admin_unit_id
left join point as o on o.admin_unit_id = u.admin_unit_id;

insert into measured
select f.m, f.k, org_id, f.s, f.n, f.d, null, null
from (
    select is_place, org_id, unnest([
        {m: 'urban_grid_coverage_rate', k: 'ratio', s: 'yiling_urban', n: urban_covered, d: urban, here: urban},
        {m: 'sanxia_three_seamless', k: 'count', s: 'grid_gap', n: units - covered, d: null, here: units},
        {m: 'grid_mgmt_levels', k: 'count', s: 'management_levels', n: bit_count(levels), d: null,
            here: case when is_place then 0 else 1 end},
        {m: 'assisted_withdrawal_point_per_village', k: 'ratio', s: 'village_grid', n: withdrawal, d: gridded, here: gridded},
        {m: 'basic_service_village_coverage', k: 'ratio', s: 'administrative_village', n: village_basic, d: villages, here: villages},
        {m: 'p8_no_leave_community', k: 'ratio', s: 'community_and_village', n: basic, d: units, here: units},
        {m: 'p8_no_leave_community', k: 'ratio', s: 'community', n: basic - village_basic, d: units - villages, here: units - villages},
        {m: 'p8_no_leave_community', k: 'ratio', s: 'village', n: village_basic, d: villages, here: villages},
        {m: 'cooperation_agreement', k: 'ratio', s: 'all_units', n: agreed, d: units, here: units}
    ]) as f
    from (
        select
            a.org_id, a.is_place, count(u.place_id) as units, count_if(is_covered) as covered,
            count_if(is_urban_community) as urban, count_if(is_urban_community and is_covered) as urban_covered,
            count_if(is_village) as villages, count_if(is_village and is_covered) as gridded,
            count_if(is_village and is_covered and has_withdrawal) as withdrawal,
            count_if(is_basic) as basic, count_if(is_basic and is_village) as village_basic,
            count_if(has_agreed) as agreed, coalesce(bit_or(levels), 0) as levels
        from area_org as a left join unit_fact as u using (place_id)
        group by a.org_id, a.is_place
    )
)
where not is_place or f.here > 0;

insert into measured
select
    'grid_customer_satisfaction', 'ratio', a.org_id, 'all', coalesce(sum(c.satisfied), 0),
    coalesce(sum(c.respondents), 0), null, null
from area_org as a
left join (
    select
        coalesce(p.place_id, s.branch_id || ':no_grid') as place_id, sum(s.satisfied_count) as satisfied,
        sum(s.respondent_count) as respondents
    from service_check_sent as s
    join month as m on m.month = s._period and m.is_current_year
    left join grid as g on g.grid_id = s.grid_id
    left join unit_place as p on p.branch_id = s.branch_id and p.admin_unit_id = g.admin_unit_id
    where s.check_kind_code = 'satisfaction_survey' and s.grid_id is not null
    group by 1
) as c using (place_id)
group by a.org_id, a.is_place
having not a.is_place or count(c.place_id) > 0;

-- ---- people: distinct persons at every level -----------------------------------------------------

create table attendance as
select t.branch_id, t.person_id, t.topic_code, count(distinct (t.training_id, t.training_date)) as seats
from training_sent as t
join month as m on m.month = t._period and m.is_current_year
join duty as d on d.person_id = t.person_id
where t.topic_code in ('grid_policy', 'process', 'finance_knowledge')
    and d.start_date <= t.training_date and coalesce(d.end_date >= t.training_date, true)
group by all;

insert into measured
select 'p4_training_joint', 'count', m.org_id, s.segment, coalesce(sum(t.seats), 0), null, null, null
from org as o
join member as m on m.org_id = o.org_id
cross join (values ('all'), ('grid_policy'), ('process'), ('finance_knowledge')) as s (segment)
left join (
    select branch_id, coalesce(topic_code, 'all') as topic, sum(seats) as seats
    from attendance group by grouping sets ((branch_id, topic_code), (branch_id))
) as t on t.branch_id = m.branch_id and t.topic = s.segment
where o.is_active
group by m.org_id, s.segment;

-- bits: 1 manager of the government, 2 part-time, 4 certified, 8 to 128 the five roles
create table grid_person as
with gold as (
    select distinct holder_person_id as person_id from card
    where card_type_code = 'gold' and status_code = 'active' and holder_person_id is not null
),
place_person as (
    select
        place_id, person_id,
        bit_or(
            case when role_code = 'manager' and organisation_code = 'government' then 1 else 0 end
            + case when employment_code = 'part_time' then
                2 + case when certificate_no is not null then 4 else 0 end
                + case when is_publicity_officer then 8 else 0 end
                + case when is_information_officer then 16 else 0 end
                + case when is_loan_assistant then 32 else 0 end
                + case when is_supervisor then 64 else 0 end + case when is_collector then 128 else 0 end
            else 0 end
        ) as bits
    from duty where is_on
    group by place_id, person_id
)
select
    a.org_id, a.is_place, p.person_id, bit_or(p.bits) as bits, any_value(gold.person_id) is not null as has_gold,
    any_value(t.person_id) is not null as is_trained
from area_org as a
join place_person as p using (place_id)
left join gold on gold.person_id = p.person_id
left join (select distinct person_id from attendance) as t on t.person_id = p.person_id
group by a.org_id, a.is_place, p.person_id;

insert into measured
select f.m, 'ratio', org_id, f.s, f.n, f.d, null, null
from (
    select is_place, org_id, unnest([
        {m: 'gold_cards_per_grid_manager', s: 'grid_manager', n: count_if(bits & 1 <> 0 and has_gold), d: count_if(bits & 1 <> 0)},
        {m: 'parttime_officer_id_card', s: 'all', n: count_if(bits & 4 <> 0), d: count_if(bits & 2 <> 0)},
        {m: 'parttime_officer_role_count', s: 'parttime_officer', n: cast(coalesce(sum(bit_count(bits & 248)), 0) as bigint), d: count_if(bits & 2 <> 0)},
        {m: 'grid_officer_trained_rate', s: 'all', n: count_if(is_trained), d: count(person_id)}
    ]) as f
    from (
        select * from grid_person
        union all
        select org_id, false, null, 0, false, false from org where is_active
    )
    group by org_id, is_place
)
where not is_place or f.d > 0;

-- ---- levels of service: 1 unit, 2 officer, 4 outlet; a branch with the one above and those below ----

create table service_level as
with bound as (
    select distinct org_id, scheme_id from scheme_binding
    where scheme_id in ('sanxia_grid', 'hubei_county_grid') and effective_date <= getvariable('period_end')
        and coalesce(expiry_date >= getvariable('period_end'), true)
),
unit_of as (
    select b.org_id, b.org_type_code, o.parent_org_id
    from branch as b join org_unit as o on o.org_id = b.org_id
    where b.is_active
),
kin as (
    select org_id, org_id as other from unit_of
    union
    select c.org_id, p.org_id from unit_of as c join unit_of as p on p.org_id = c.parent_org_id
    union
    select p.org_id, c.org_id from unit_of as c join unit_of as p on p.org_id = c.parent_org_id
),
manned as (select distinct branch_id from duty where is_on and role_code = 'officer'),
family as (
    select
        k.org_id,
        bit_or(case u.org_type_code when 'outlet' then 4 else 1 end) as kinds,
        max(case when d.branch_id is not null then 2 else 0 end) as officer
    from kin as k
    join unit_of as u on u.org_id = k.other
    left join manned as d on d.branch_id = k.other
    group by k.org_id
)
select
    f.org_id,
    bit_or(case b.scheme_id when 'sanxia_grid' then 1 | officer else kinds | officer end) as levels
from family as f join bound as b on b.org_id = f.org_id
group by f.org_id;

insert into measured
select
    'grid_service_levels', 'count', o.org_id, 'service_levels', bit_count(coalesce(bit_or(l.levels), 0)),
    null, null, null
from org as o
join member as m on m.org_id = o.org_id
left join service_level as l on l.org_id = m.branch_id
where o.is_active
group by o.org_id;
