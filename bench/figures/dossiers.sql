-- ---- archives: graded, updated after a visit, four hundred percents ------------------------------

create table graded as
select
    a.org_id, a.is_place, coalesce(c.segment_code, 'all') as segment, sum(c.archives) as archives,
    sum(c.rated) as rated
from area_org as a
join (
    select
        coalesce(p.place_id, k.branch_id || ':no_grid') as place_id, segment_code, sum(archives) as archives,
        sum(rated) as rated
    from (
        select
            branch_id, admin_unit_id, segment_code, count(*) as archives,
            count(*) filter (rating_code is not null and rating_date <= getvariable('period_end')) as rated
        from customer_archive
        where status_code = 'complete' and opened_date <= getvariable('period_end')
            and coalesce(expiry_date >= getvariable('period_end'), true)
        group by all
    ) as k
    left join unit_place as p using (branch_id, admin_unit_id)
    group by 1, 2
) as c using (place_id)
group by grouping sets ((a.org_id, a.is_place, c.segment_code), (a.org_id, a.is_place));

create table customer_group (segment varchar);
insert into customer_group values
    ('community_resident'), ('rural_household'), ('community_merchant'), ('small_micro_enterprise'),
    ('park_enterprise'), ('rural_large_operator'), ('specialised_cooperative'),
    ('agri_leading_enterprise'), ('family_farm');

insert into measured
select 'archive_quality_credit_grade', 'ratio', org_id, segment, rated, archives, null, null
from graded where is_place
union all
select
    'archive_quality_credit_grade', 'ratio', o.org_id, s.segment, coalesce(g.rated, 0),
    coalesce(g.archives, 0), null, null
from org as o
cross join (select segment from customer_group union all select 'all') as s
left join graded as g on g.org_id = o.org_id and g.segment = s.segment
where o.is_active;

create table visited as
with visit as (
    select branch_id, grid_id, subject_id, event_date, engagement_type_code
    from engagement
    where engagement_type_code in ('visit', 'revisit') and result_code = 'done'
),
updated as (
    select subject_id, max(updated_date) as last from customer_archive
    where status_code <> 'cancelled' and updated_date <= getvariable('period_end')
        and subject_id in (select subject_id from visit)
    group by subject_id
),
here as (
    select
        coalesce(p.place_id, v.branch_id || ':no_grid') as place_id, v.engagement_type_code as kind,
        count(*) as visits, count(*) filter (u.last >= v.event_date) as updated
    from visit as v
    left join updated as u on u.subject_id = v.subject_id
    left join grid as g on g.grid_id = v.grid_id
    left join unit_place as p on p.branch_id = v.branch_id and p.admin_unit_id = g.admin_unit_id
    group by 1, 2
)
select
    a.org_id, a.is_place, coalesce(h.kind, 'all') as segment, sum(h.visits) as visits,
    sum(h.updated) as updated
from area_org as a join here as h using (place_id)
group by grouping sets ((a.org_id, a.is_place, h.kind), (a.org_id, a.is_place));

insert into measured
select f.m, f.k, org_id, segment, f.n, f.d, null, null
from (
    select org_id, segment, unnest([
        {m: 'grid_visit_count', k: 'count', n: visits, d: null},
        {m: 'archive_update_p8', k: 'ratio', n: updated, d: visits}
    ]) as f
    from (
        select org_id, segment, visits, updated from visited where is_place
        union all
        select o.org_id, s.segment, coalesce(v.visits, 0), coalesce(v.updated, 0)
        from org as o
        cross join (values ('all'), ('visit'), ('revisit')) as s (segment)
        left join visited as v on v.org_id = o.org_id and v.segment = s.segment
        where o.is_active
    )
);

insert into measured
select
    'four_hundred_percent', 'count', o.org_id, 'all', count_if(m.numerator >= m.denominator and m.denominator > 0),
    null, null, null
from org as o
join measured as m on m.org_id = o.org_id
where o.is_active and (
    m.metric_id = 'pilot_unit_coverage_rate'
    or (m.metric_id = 'archive_coverage_rate' and m.segment in (
        'community_resident', 'community_merchant_and_small_micro', 'rural_household'
    ))
)
group by o.org_id;

-- ---- five dockings, in units that lie in a grid ---------------------------------------------------

create table docking (bit integer, metric_id varchar, segment_code varchar, segment varchar);
insert into docking values
    (1, 'docking_info_collection_rate', 'rural_household', 'farm_household'),
    (2, 'docking_contact_card_rate', 'rural_household', 'farm_household'),
    (4, 'docking_survey_archive_rate', 'rural_large_operator', 'rural_large_operator'),
    (8, 'docking_negotiation_rate', 'specialised_cooperative', 'specialised_cooperative'),
    (16, 'docking_business_cooperation_rate', 'agri_leading_enterprise', 'agri_leading_enterprise'),
    (32, 'docking_settlement_rate', 'family_farm', 'family_farm');

-- a row per archive: its subject, its place and the tests it passes
create table docked as
with covered as (select distinct admin_unit_id from leaf_grid),
archive as (
    select branch_id, admin_unit_id, subject_id, customer_id, segment_code, status_code, expiry_date
    from customer_archive
    where status_code <> 'cancelled' and opened_date <= getvariable('period_end')
        and segment_code in (
            'rural_household', 'rural_large_operator', 'specialised_cooperative',
            'agri_leading_enterprise', 'family_farm'
        )
        and admin_unit_id in (select admin_unit_id from covered)
),
engaged as (
    select distinct e.subject_id, e.engagement_type_code as kind
    from engagement_sent as e join month as m on m.month = e._period
    where e.engagement_type_code in ('contact_card', 'negotiation') and e.result_code = 'done'
        and e.event_date between getvariable('year_start') - interval 1 year and getvariable('period_end')
),
carded as (
    select distinct customer_id from card
    where card_type_code = 'contact_card' and status_code <> 'closed'
        and issued_date <= getvariable('period_end') and customer_id is not null
),
leader as (select customer_id from archive where segment_code = 'agri_leading_enterprise'),
farm as (select customer_id from archive where segment_code = 'family_farm'),
account as (
    select
        customer_id, bool_or(has_settlement_account) as settles,
        bool_or(
            deposit_balance > 0 or coalesce(wealth_balance > 0, false) or is_acquiring_signed or is_payroll_signed
        ) as uses
    from customer_deposit
    where customer_id in (select customer_id from leader union all select customer_id from farm)
    group by customer_id
),
user as (
    select customer_id from account where uses
    union
    select customer_id from loan_account
    where balance > 0 and customer_id in (select customer_id from leader)
    union
    select customer_id from credit_line
    where status_code = 'active' and effective_date <= getvariable('period_end')
        and coalesce(expiry_date >= getvariable('period_end'), true)
        and customer_id in (select customer_id from leader)
)
select
    coalesce(p.place_id, a.branch_id || ':no_grid') as place_id, a.segment_code, a.subject_id,
    case a.segment_code
        when 'rural_household' then
            1 + case when contact.subject_id is not null or carded.customer_id is not null then 2 else 0 end
        when 'rural_large_operator' then
            case
                when a.status_code = 'complete' and coalesce(a.expiry_date >= getvariable('period_end'), true)
                    then 4 else 0
            end
        when 'specialised_cooperative' then case when negotiated.subject_id is not null then 8 else 0 end
        when 'agri_leading_enterprise' then case when u.customer_id is not null then 16 else 0 end
        else case when coalesce(s.settles, false) then 32 else 0 end
    end as bits
from archive as a
left join unit_place as p on p.branch_id = a.branch_id and p.admin_unit_id = a.admin_unit_id
left join engaged as contact on contact.subject_id = a.subject_id and contact.kind = 'contact_card'
left join engaged as negotiated on negotiated.subject_id = a.subject_id and negotiated.kind = 'negotiation'
left join carded on carded.customer_id = a.customer_id
left join user as u on u.customer_id = a.customer_id
left join account as s on s.customer_id = a.customer_id;

-- a subject of one place adds up; only one of several places is looked at level by level
create table docked_count as
with subject as (
    select segment_code, subject_id, min(place_id) as place_id, max(place_id) as other, bit_or(bits) as bits
    from docked group by all
),
spread as (select segment_code, subject_id from subject where place_id <> other),
counted as (
    select a.org_id, a.is_place, s.bits, s.subjects
    from (
        select place_id, bits, count(*) as subjects from subject where place_id = other and bits > 0 group by all
    ) as s
    join area_org as a using (place_id)
    union all
    select org_id, is_place, bits, count(*)
    from (
        select a.org_id, a.is_place, d.segment_code, d.subject_id, bit_or(d.bits) as bits
        from docked as d
        semi join spread as s on s.segment_code = d.segment_code and s.subject_id = d.subject_id
        join area_org as a using (place_id)
        group by all
    )
    where bits > 0
    group by all
)
select c.org_id, c.is_place, d.metric_id, sum(c.subjects) as subjects
from counted as c join docking as d on c.bits & d.bit <> 0
group by all;

create table dockable as
select a.org_id, a.is_place, p.segment_code, sum(p.subject_count) as subjects
from (
    select coalesce(u.place_id, s.branch_id || ':no_grid') as place_id, s.segment_code, s.subject_count
    from segment_population as s
    left join unit_place as u on u.branch_id = s.branch_id and u.admin_unit_id = s.admin_unit_id
    where s.admin_unit_id in (select admin_unit_id from leaf_grid)
) as p
join area_org as a using (place_id)
group by all;

create table docking_figure as
with asked as (
    select o.org_id, false as is_place, d.metric_id, d.segment_code, d.segment
    from org as o cross join docking as d where o.is_active
    union
    select p.org_id, true, d.metric_id, d.segment_code, d.segment
    from dockable as p join docking as d on d.segment_code = p.segment_code
    where p.is_place
    union
    select c.org_id, true, d.metric_id, d.segment_code, d.segment
    from docked_count as c join docking as d on d.metric_id = c.metric_id
    where c.is_place
)
select
    a.org_id, a.is_place, a.metric_id, a.segment, coalesce(c.subjects, 0) as done, coalesce(p.subjects, 0) as subjects
from asked as a
left join docked_count as c on c.org_id = a.org_id and c.metric_id = a.metric_id
left join dockable as p on p.org_id = a.org_id and p.segment_code = a.segment_code;

insert into measured
select metric_id, 'ratio', org_id, segment, done, subjects, null, null from docking_figure
union all
select 'docking_five_total', 'count', org_id, 'docking_types', count_if(is_full), null, null, null
from (
    select org_id, segment, bool_and(done >= subjects and subjects > 0) as is_full
    from docking_figure where not is_place
    group by org_id, segment
)
group by org_id;
