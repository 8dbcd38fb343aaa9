-- grain: one row per published archive segment and active organisation (branch, county or bank) or
-- grid with subjects in scope units
with

archive as (
    select * from {{ ref('customer_archive') }}
),

population as (
    select * from {{ ref('segment_population') }}
),

population_history as (
    select * from {{ ref('segment_population_history') }}
),

unit as (
    select * from {{ ref('int_admin_unit') }}
),

unit_grid as (
    select * from {{ ref('int_unit_grid') }}
),

switch as (
    select * from {{ ref('int_switch') }}
),

segment_map as (
    select * from {{ ref('archive_segment') }}
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

context as (
    select * from {{ source('run', 'run_context') }}
),

scope_unit as (
    select
        unit.admin_unit_id,
        unit.branch_id,
        unit.unit_kind_code,
        unit_grid.grid_id,
        switch.archive_denominator
    from unit
    inner join switch on unit.branch_id = switch.org_id
    inner join unit_grid on unit.admin_unit_id = unit_grid.admin_unit_id
    where unit.is_pilot or switch.archive_scope = 'whole_area'
),

-- The register is frozen at the start of the year (AMB-005); a branch that sent its first one later
-- is measured against that first one.
frozen_month as (
    select
        population_history.branch_id,
        min(population_history.month) as month
    from population_history
    cross join context
    where population_history.month >= {{ month_of('context.year_start') }}
    group by population_history.branch_id
),

counted as (
    select
        population.admin_unit_id,
        population.segment_code,
        population.subject_count,
        'current' as archive_denominator
    from population
    union all
    select
        population_history.admin_unit_id,
        population_history.segment_code,
        population_history.subject_count,
        'phase_start' as archive_denominator
    from population_history
    inner join frozen_month
        on
            population_history.branch_id = frozen_month.branch_id
            and population_history.month = frozen_month.month
),

unit_denominator as (
    select
        scope_unit.branch_id,
        scope_unit.grid_id,
        segment_map.segment,
        sum(counted.subject_count) as subject_count
    from scope_unit
    inner join counted
        on
            scope_unit.admin_unit_id = counted.admin_unit_id
            and scope_unit.archive_denominator = counted.archive_denominator
    inner join segment_map
        on
            counted.segment_code = segment_map.segment_code
            and scope_unit.unit_kind_code = segment_map.unit_kind_code
    group by
        scope_unit.branch_id,
        scope_unit.grid_id,
        segment_map.segment
),

denominator as (
    select
        member.org_id,
        unit_denominator.segment,
        sum(unit_denominator.subject_count) as subject_count
    from unit_denominator
    inner join member on unit_denominator.branch_id = member.branch_id
    group by
        member.org_id,
        unit_denominator.segment
    union all
    select
        grid_id as org_id,
        segment,
        sum(subject_count) as subject_count
    from unit_denominator
    group by
        grid_id,
        segment
),

pair as (
    select distinct
        segment_code,
        unit_kind_code,
        pair_bit
    from segment_map
),

-- One row per subject however many archives it has. Its segments (each with the kind of unit) are
-- the bits of one number, so that a pooled segment counts it once.
grid_subject as (
    select
        scope_unit.branch_id,
        scope_unit.grid_id,
        archive.subject_id,
        bit_or(pair.pair_bit) as pairs
    from archive
    cross join context
    inner join scope_unit on archive.admin_unit_id = scope_unit.admin_unit_id
    inner join pair
        on
            archive.segment_code = pair.segment_code
            and scope_unit.unit_kind_code = pair.unit_kind_code
    where
        archive.status_code = 'complete'
        and archive.opened_date <= context.period_end
        and coalesce(archive.expiry_date >= context.period_end, true)
    group by
        scope_unit.branch_id,
        scope_unit.grid_id,
        archive.subject_id
),

-- an organisation counts a subject of two of its grids or branches once
org_subject as (
    select
        member.org_id,
        bit_or(grid_subject.pairs) as pairs
    from grid_subject
    inner join member on grid_subject.branch_id = member.branch_id
    group by
        member.org_id,
        grid_subject.subject_id
    union all
    select
        grid_id as org_id,
        pairs
    from grid_subject
),

like_subject as (
    select
        org_id,
        pairs,
        count(*) as subject_count
    from org_subject
    group by
        org_id,
        pairs
),

segment_pairs as (
    select
        segment,
        sum(pair_bit) as pairs
    from segment_map
    group by segment
),

numerator as (
    select
        like_subject.org_id,
        segment_pairs.segment,
        sum(like_subject.subject_count) as archived_count
    from like_subject
    inner join segment_pairs
        on like_subject.pairs & cast(segment_pairs.pairs as bigint) <> 0
    group by
        like_subject.org_id,
        segment_pairs.segment
),

segment as (
    select distinct segment from segment_map
),

-- the first ledger that a branch has not sent names the reason
missing as (
    select
        source_gap.org_id,
        min(source_gap.reason_code) as reason_code
    from source_gap
    inner join context on source_gap.month = context.period
    where source_gap.ledger in ('admin_unit', 'segment_population', 'customer_archive')
    group by source_gap.org_id
),

grid_branch as (
    select distinct
        grid_id,
        branch_id
    from scope_unit
),

coverage as (
    select
        organisation.org_level,
        organisation.org_id,
        segment.segment,
        cast(coalesce(numerator.archived_count, 0) as bigint) as archived_count,
        cast(coalesce(denominator.subject_count, 0) as bigint) as subject_count,
        missing.reason_code
    from organisation
    cross join segment
    left join numerator
        on organisation.org_id = numerator.org_id and segment.segment = numerator.segment
    left join denominator
        on organisation.org_id = denominator.org_id and segment.segment = denominator.segment
    left join missing on organisation.org_id = missing.org_id
    union all
    select
        'grid' as org_level,
        denominator.org_id,
        denominator.segment,
        cast(coalesce(numerator.archived_count, 0) as bigint) as archived_count,
        cast(denominator.subject_count as bigint) as subject_count,
        missing.reason_code
    from denominator
    inner join grid_branch on denominator.org_id = grid_branch.grid_id
    left join numerator
        on denominator.org_id = numerator.org_id and denominator.segment = numerator.segment
    left join missing on grid_branch.branch_id = missing.org_id
)

select * from coverage
