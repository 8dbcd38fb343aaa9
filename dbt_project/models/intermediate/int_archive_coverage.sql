-- grain: one row per active organisation (branch or bank) and published archive segment
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

cover as (
    select * from {{ ref('int_admin_unit_cover') }}
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
        cover.admin_unit_id,
        cover.branch_id,
        cover.unit_kind_code,
        switch.archive_denominator
    from cover
    inner join switch on cover.branch_id = switch.org_id
    where cover.is_pilot or switch.archive_scope = 'whole_area'
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

denominator as (
    select
        member.org_id,
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
    inner join member on scope_unit.branch_id = member.branch_id
    group by
        member.org_id,
        segment_map.segment
),

-- one row per subject however many archives it has
archived as (
    select distinct
        scope_unit.branch_id,
        scope_unit.unit_kind_code,
        archive.segment_code,
        archive.subject_id
    from archive
    cross join context
    inner join scope_unit on archive.admin_unit_id = scope_unit.admin_unit_id
    where
        archive.status_code = 'complete'
        and archive.opened_date <= context.period_end
        and coalesce(archive.expiry_date >= context.period_end, true)
),

numerator as (
    select
        member.org_id,
        segment_map.segment,
        count(distinct archived.subject_id) as archived_count
    from archived
    inner join segment_map
        on
            archived.segment_code = segment_map.segment_code
            and archived.unit_kind_code = segment_map.unit_kind_code
    inner join member on archived.branch_id = member.branch_id
    group by
        member.org_id,
        segment_map.segment
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

coverage as (
    select
        organisation.org_level,
        organisation.org_id,
        segment.segment,
        coalesce(numerator.archived_count, 0) as archived_count,
        coalesce(denominator.subject_count, 0) as subject_count,
        missing.reason_code
    from organisation
    cross join segment
    left join numerator
        on organisation.org_id = numerator.org_id and segment.segment = numerator.segment
    left join denominator
        on organisation.org_id = denominator.org_id and segment.segment = denominator.segment
    left join missing on organisation.org_id = missing.org_id
)

select * from coverage
