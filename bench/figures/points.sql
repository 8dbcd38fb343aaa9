-- ---- service points and workstations ------------------------------------------------------------

create table point_count as
select
    coalesce(p.place_id, s.branch_id || ':no_grid') as place_id, s.point_type_code as kind,
    count_if(
        s.status_code = 'active' and s.opened_date <= getvariable('period_end')
        and coalesce(s.closed_date > getvariable('period_end'), true)
    ) as in_use,
    -- in place, whatever the state: of last year only dates are known
    count_if(
        s.opened_date <= getvariable('period_end') and coalesce(s.closed_date > getvariable('period_end'), true)
    )
    - count_if(
        s.opened_date < getvariable('year_start') and coalesce(s.closed_date >= getvariable('year_start'), true)
    ) as added
from service_point as s
left join unit_place as p on p.branch_id = s.branch_id and p.admin_unit_id = s.admin_unit_id
where s.opened_date <= getvariable('period_end') and coalesce(s.closed_date > getvariable('period_end'), true)
    or s.opened_date < getvariable('year_start') and coalesce(s.closed_date >= getvariable('year_start'), true)
group by all;

create table point_figure as
select
    a.org_id, a.is_place, coalesce(c.kind, 'all') as segment, sum(c.in_use) as in_use, sum(c.added) as added
from area_org as a join point_count as c using (place_id)
group by grouping sets ((a.org_id, a.is_place, c.kind), (a.org_id, a.is_place));

insert into measured
select 'device_count', 'count', org_id, segment, in_use, null, null, null
from point_figure where is_place
union all
select 'device_count', 'count', o.org_id, s.segment, coalesce(f.in_use, 0), null, null, null
from org as o
cross join (
    select unnest([
        'all', 'assisted_withdrawal', 'atm', 'pos', 'multimedia_pos', 'self_service_terminal',
        'transfer_phone', 'mobile_3g', 'self_service_bank'
    ]) as segment
) as s
left join point_figure as f on f.org_id = o.org_id and f.segment = s.segment
where o.is_active
union all
select 'mobile_3g_terminal_increase', 'count', org_id, 'all', added, null, null, null
from point_figure where is_place and segment = 'mobile_3g'
union all
select 'mobile_3g_terminal_increase', 'count', o.org_id, 'all', coalesce(f.added, 0), null, null, null
from org as o left join point_figure as f on f.org_id = o.org_id and f.segment = 'mobile_3g'
where o.is_active;

create table station_figure as
with station as (
    select
        coalesce(p.place_id, w.branch_id || ':no_grid') as place_id, w.admin_unit_id, count(*) as stations,
        count_if(board_count >= 1) as board, count_if(atlas_count >= 1) as atlas,
        count_if(team_count >= 1) as team, count_if(computer_count >= 1) as computer,
        count_if(window_count >= 1) as window_, count_if(device_count >= 1) as eset,
        count_if(rule_count >= 1) as rules, count_if(product_count >= 1) as products,
        count_if(wechat_customer_count >= 1) as wechat, count_if(archive_count >= 1) as archives,
        sum(least(rule_count, 7)) as regulations,
        coalesce(bool_or(agreement_date <= getvariable('period_end')), false) as has_agreed
    from workstation as w
    left join unit_place as p on p.branch_id = w.branch_id and p.admin_unit_id = w.admin_unit_id
    where w.opened_date <= getvariable('period_end')
        and coalesce(w.closed_date > getvariable('period_end'), true)
    group by all
)
select
    a.org_id, a.is_place, count(s.place_id) as units, count_if(s.has_agreed) as agreed,
    coalesce(sum(stations), 0) as stations, coalesce(sum(regulations), 0) as regulations,
    unnest([
        {item: 'board', n: sum(board)}, {item: 'atlas', n: sum(atlas)}, {item: 'team', n: sum(team)},
        {item: 'computer', n: sum(computer)}, {item: 'window', n: sum(window_)}, {item: 'eset', n: sum(eset)},
        {item: 'rules', n: sum(rules)}, {item: 'products', n: sum(products)}, {item: 'wechat', n: sum(wechat)},
        {item: 'archives', n: sum(archives)},
        {
            item: 'item',
            n: sum(board + atlas + team + computer + window_ + eset + rules + products + wechat + archives)
        }
    ]) as f
from area_org as a left join station as s using (place_id)
group by a.org_id, a.is_place;

insert into measured
select 'workstation_' || f.item || '_count', 'ratio', org_id, 'workstation', coalesce(f.n, 0), stations, null, null
from station_figure where not is_place or stations > 0
union all
select 'regulation_count', 'ratio', org_id, 'regulations', regulations, stations, null, null
from station_figure where f.item = 'item' and (not is_place or stations > 0)
union all
select 'cooperation_agreement', 'ratio', org_id, 'workstation_unit', agreed, units, null, null
from station_figure where f.item = 'item' and (not is_place or stations > 0);
