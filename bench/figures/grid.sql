-- ---- grids ----------------------------------------------------------------------------------

create table unit as
select
    admin_unit_id, branch_id, unit_kind_code,
    is_pilot and coalesce(pilot_from_date <= getvariable('period_end'), false) as is_pilot
from admin_unit;

create table grid_cover as
with leaf as (
    select
        admin_unit_id, min(live_date) as first_live,
        count_if(coalesce(closed_date > getvariable('period_end'), true)) as live
    from grid
    where grid_level_code = 'leaf' and live_date <= getvariable('period_end')
    group by admin_unit_id
)
select
    o.org_id,
    count(u.admin_unit_id) as units, count_if(u.is_pilot) as pilots,
    count_if(live > 0) as covered,
    count_if(live > 0 and first_live >= getvariable('year_start')) as newly,
    count_if(u.admin_unit_id is not null and coalesce(live, 0) = 0) as gap_units, count_if(live > 1) as overlap_units
from org as o
join member on member.org_id = o.org_id
left join unit as u on u.branch_id = member.branch_id
left join leaf on leaf.admin_unit_id = u.admin_unit_id
where o.is_active
group by o.org_id;

insert into measured
select f.m, f.k, c.org_id, f.s, f.n, f.d, null,
    case when f.m = 'pilot_unit_coverage_rate' then unit_gap.reason else least(unit_gap.reason, grid_gap.reason) end
from (
    select org_id, unnest([
        {m: 'grid_coverage_rate_annual', k: 'ratio', s: 'all_units', n: newly, d: units},
        {m: 'grid_coverage_rate_cumulative', k: 'ratio', s: 'all_units', n: covered, d: units},
        {m: 'pilot_unit_coverage_rate', k: 'ratio', s: 'village_and_community', n: pilots, d: units},
        {m: 'grid_no_overlap_no_gap', k: 'count', s: 'gap', n: gap_units, d: null},
        {m: 'grid_no_overlap_no_gap', k: 'count', s: 'overlap', n: overlap_units, d: null}
    ]) as f
    from grid_cover
) as c
left join gap as unit_gap
    on unit_gap.ledger = 'admin_unit' and unit_gap.month = getvariable('period') and unit_gap.org_id = c.org_id
left join gap as grid_gap
    on grid_gap.ledger = 'grid' and grid_gap.month = getvariable('period') and grid_gap.org_id = c.org_id;
