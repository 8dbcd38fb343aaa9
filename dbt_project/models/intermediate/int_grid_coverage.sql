-- grain: one row per active organisation (branch or bank)
with

unit as (
    select * from {{ ref('int_admin_unit') }}
),

grid as (
    select * from {{ ref('grid') }}
),

context as (
    select * from {{ source('run', 'run_context') }}
),

organisation as (
    select * from {{ ref('int_org') }}
    where is_active
),

member as (
    select * from {{ ref('int_org_member') }}
),

source_gap as (
    select * from {{ ref('int_source_gap') }}
    where ledger in ('admin_unit', 'grid')
),

-- Where a grid was re-drawn (old one closed, new one live) the unit was covered before: its first
-- date is that of the closed grid, so that re-drawing does not count as new coverage.
leaf as (
    select
        grid.admin_unit_id,
        min(grid.live_date) as first_live_date,
        sum(case when coalesce(grid.closed_date > context.period_end, true) then 1 else 0 end)
            as live_leaf_count
    from grid
    inner join context on grid.live_date <= context.period_end
    where grid.grid_level_code = 'leaf'
    group by grid.admin_unit_id
),

covered as (
    select
        unit.branch_id,
        coalesce(leaf.live_leaf_count, 0) as live_leaf_count,
        coalesce(leaf.first_live_date >= context.year_start, false) as is_first_live_this_year
    from unit
    cross join context
    left join leaf on unit.admin_unit_id = leaf.admin_unit_id
),

by_org as (
    select
        member.org_id,
        count(*) as unit_count,
        sum(case when covered.live_leaf_count > 0 then 1 else 0 end) as covered_unit_count,
        sum(
            case
                when covered.live_leaf_count > 0 and covered.is_first_live_this_year then 1
                else 0
            end
        ) as newly_covered_unit_count,
        sum(case when covered.live_leaf_count = 0 then 1 else 0 end) as gap_unit_count,
        sum(case when covered.live_leaf_count > 1 then 1 else 0 end) as overlap_unit_count
    from covered
    inner join member on covered.branch_id = member.branch_id
    group by member.org_id
),

missing as (
    select
        source_gap.org_id,
        min(source_gap.reason_code) as reason_code
    from source_gap
    inner join context on source_gap.month = context.period
    group by source_gap.org_id
),

coverage as (
    select
        organisation.org_level,
        organisation.org_id,
        coalesce(by_org.unit_count, 0) as unit_count,
        cast(coalesce(by_org.covered_unit_count, 0) as bigint) as covered_unit_count,
        cast(coalesce(by_org.newly_covered_unit_count, 0) as bigint) as newly_covered_unit_count,
        cast(coalesce(by_org.gap_unit_count, 0) as bigint) as gap_unit_count,
        cast(coalesce(by_org.overlap_unit_count, 0) as bigint) as overlap_unit_count,
        missing.reason_code
    from organisation
    left join by_org on organisation.org_id = by_org.org_id
    left join missing on organisation.org_id = missing.org_id
)

select * from coverage
