-- grain: one row per active organisation (branch or bank)
with

cover as (
    select * from {{ ref('int_admin_unit_cover') }}
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
),

by_branch as (
    select
        cover.branch_id,
        count(*) as unit_count,
        sum(case when cover.is_pilot then 1 else 0 end) as pilot_unit_count,
        sum(case when cover.live_leaf_count > 0 then 1 else 0 end) as covered_unit_count,
        sum(
            case
                when cover.live_leaf_count > 0 and cover.first_live_date >= context.year_start
                    then 1
                else 0
            end
        ) as newly_covered_unit_count,
        sum(case when cover.live_leaf_count = 0 then 1 else 0 end) as gap_unit_count,
        sum(case when cover.live_leaf_count > 1 then 1 else 0 end) as overlap_unit_count
    from cover
    cross join context
    group by cover.branch_id
),

by_org as (
    select
        member.org_id,
        sum(by_branch.unit_count) as unit_count,
        sum(by_branch.pilot_unit_count) as pilot_unit_count,
        sum(by_branch.covered_unit_count) as covered_unit_count,
        sum(by_branch.newly_covered_unit_count) as newly_covered_unit_count,
        sum(by_branch.gap_unit_count) as gap_unit_count,
        sum(by_branch.overlap_unit_count) as overlap_unit_count
    from by_branch
    inner join member on by_branch.branch_id = member.branch_id
    group by member.org_id
),

coverage as (
    select
        organisation.org_level,
        organisation.org_id,
        cast(coalesce(by_org.unit_count, 0) as bigint) as unit_count,
        cast(coalesce(by_org.pilot_unit_count, 0) as bigint) as pilot_unit_count,
        cast(coalesce(by_org.covered_unit_count, 0) as bigint) as covered_unit_count,
        cast(coalesce(by_org.newly_covered_unit_count, 0) as bigint) as newly_covered_unit_count,
        cast(coalesce(by_org.gap_unit_count, 0) as bigint) as gap_unit_count,
        cast(coalesce(by_org.overlap_unit_count, 0) as bigint) as overlap_unit_count,
        unit_gap.reason_code as unit_reason,
        grid_gap.reason_code as grid_reason
    from organisation
    cross join context
    left join by_org on organisation.org_id = by_org.org_id
    left join source_gap as unit_gap
        on
            organisation.org_id = unit_gap.org_id
            and unit_gap.ledger = 'admin_unit'
            and unit_gap.month = context.period
    left join source_gap as grid_gap
        on
            organisation.org_id = grid_gap.org_id
            and grid_gap.ledger = 'grid'
            and grid_gap.month = context.period
)

select * from coverage
