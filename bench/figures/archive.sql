-- ---- archives -------------------------------------------------------------------------------

-- a (customer segment, kind of unit) pair is a bit; a published segment is a set of them
create table pair (segment_code varchar, unit_kind_code varchar, bit integer);
insert into pair values
    ('community_resident', 'community', 1), ('rural_household', 'village', 2),
    ('small_micro_enterprise', 'community', 4), ('small_micro_enterprise', 'village', 8),
    ('community_merchant', 'community', 16), ('park_enterprise', 'community', 32);
create table archive_segment (segment varchar, bits integer);
insert into archive_segment values
    ('community_resident', 1), ('rural_household', 2), ('small_micro_enterprise', 12),
    ('community_merchant', 16), ('community_merchant_and_small_micro', 20),
    ('merchant_and_small_micro', 20), ('merchant_park_small_micro', 52), ('park_enterprise', 32);

create table unit_subject as
select u.branch_id, u.admin_unit_id, a.subject_id, bit_or(p.bit) as bits
from customer_archive as a
join unit as u on u.admin_unit_id = a.admin_unit_id and u.is_pilot
join pair as p on p.segment_code = a.segment_code and p.unit_kind_code = u.unit_kind_code
where a.status_code = 'complete' and a.opened_date <= getvariable('period_end')
    and coalesce(a.expiry_date >= getvariable('period_end'), true)
group by all;

create table branch_subject as
select branch_id, subject_id, bit_or(bits) as bits from unit_subject group by all;

create table archived as
select branch_id as org_id, bits, count(*) as subjects from branch_subject group by all
union all
select p.place_id, bits, count(distinct s.subject_id)
from unit_subject as s join unit_place as p using (branch_id, admin_unit_id) group by all
union all
select org_id, bits, count(*)
from (
    select m.org_id, bit_or(bits) as bits
    from branch_subject as s
    join member as m on m.branch_id = s.branch_id
    join org as o on o.org_id = m.org_id and o.level <> 'branch'
    group by m.org_id, s.subject_id
)
group by all;

create table population as
select s.*
from segment_population_sent as s
join in_force as f on f.ledger = 'segment_population' and f.org = s._org and f.period = s._period
where f.month = (
    select min(month) from in_force as g
    where g.ledger = 'segment_population' and g.org = f.org
        and g.month >= strftime(getvariable('year_start'), '%Y-%m')
);

create table archivable as
select u.branch_id, u.admin_unit_id, s.segment, sum(c.subject_count) as subjects
from population as c
join unit as u on u.admin_unit_id = c.admin_unit_id and u.is_pilot
join pair as p on p.segment_code = c.segment_code and p.unit_kind_code = u.unit_kind_code
join archive_segment as s on s.bits & p.bit <> 0
group by all;

insert into measured
select
    'archive_coverage_rate', 'ratio', o.org_id, s.segment, coalesce(n.subjects, 0), coalesce(d.subjects, 0), null,
    (
        select min(reason) from gap
        where gap.org_id = o.org_id and gap.month = getvariable('period')
            and gap.ledger in ('admin_unit', 'segment_population', 'customer_archive')
    )
from org as o
cross join archive_segment as s
left join (
    select a.org_id, s.segment, sum(a.subjects) as subjects
    from archived as a join archive_segment as s on a.bits & s.bits <> 0 group by all
) as n on n.org_id = o.org_id and n.segment = s.segment
left join (
    select m.org_id, a.segment, sum(a.subjects) as subjects
    from archivable as a join member as m on m.branch_id = a.branch_id
    group by all
) as d on d.org_id = o.org_id and d.segment = s.segment
where o.is_active;

insert into measured
select
    'archive_coverage_rate', 'ratio', coalesce(n.place_id, d.place_id), coalesce(n.segment, d.segment),
    coalesce(n.subjects, 0), coalesce(d.subjects, 0), null, null
from (
    select a.org_id as place_id, s.segment, sum(a.subjects) as subjects
    from archived as a
    join archive_segment as s on a.bits & s.bits <> 0
    where a.org_id in (select org_id from place)
    group by all
) as n
full join (
    select p.place_id, a.segment, sum(a.subjects) as subjects
    from archivable as a join unit_place as p using (branch_id, admin_unit_id)
    group by all
) as d on d.place_id = n.place_id and d.segment = n.segment;
