-- metrics: archive_coverage_rate
-- loads: admin_unit@period, customer_archive@period, segment_population@rows
-- switches: archive_scope, archive_denominator
-- grain: numerator: one row per archive of a subject; denominator: one row of the register
with

context as (
    select * from run.run_context
),

-- scope and register follow the reading of the branch the unit belongs to
scope_unit as (
    select
        unit.admin_unit_id,
        unit.admin_unit_name,
        unit.branch_id,
        unit.unit_kind_code,
        unit.pilot_from_date,
        switch.archive_denominator
    from admin_unit as unit
    cross join context
    inner join int_switch as switch on unit.branch_id = switch.org_id
    inner join int_unit_grid as unit_grid on unit.admin_unit_id = unit_grid.admin_unit_id
    where
        list_contains($branches, unit.branch_id)
        and coalesce(list_contains($grids, unit_grid.grid_id), true)
        and (
            switch.archive_scope = 'whole_area'
            or (unit.is_pilot and unit.pilot_from_date <= context.period_end)
        )
),

frozen_month as (
    select
        branch_id,
        min(month) as month
    from segment_population_history
    where month >= substr($period, 1, 4) || '-01'
    group by branch_id
),

register as (
    select
        'phase_start' as archive_denominator,
        population.*
    from segment_population_history as population
    inner join frozen_month
        on
            population.branch_id = frozen_month.branch_id
            and population.month = frozen_month.month
    union all
    select
        'current' as archive_denominator,
        population.*
    from segment_population_history as population
    where population.month = $period
),

-- a subject counts once, however many archives it has: the first row carries 1
archived as (
    select
        segment_map.segment,
        scope_unit.branch_id,
        scope_unit.admin_unit_name,
        scope_unit.unit_kind_code,
        archive.load_id,
        archive.row_no,
        archive.archive_id,
        archive.subject_id,
        archive.segment_code,
        archive.admin_unit_id,
        archive.status_code,
        archive.opened_date,
        archive.expiry_date,
        row_number() over (
            partition by segment_map.segment, archive.subject_id
            order by archive.opened_date, archive.archive_id
        ) as occurrence
    from customer_archive as archive
    cross join context
    inner join scope_unit on archive.admin_unit_id = scope_unit.admin_unit_id
    inner join archive_segment as segment_map
        on
            archive.segment_code = segment_map.segment_code
            and scope_unit.unit_kind_code = segment_map.unit_kind_code
    where
        archive.status_code = 'complete'
        and archive.opened_date <= context.period_end
        and coalesce(archive.expiry_date >= context.period_end, true)
)

select
    segment,
    'customer_archive' as ledger,
    branch_id,
    load_id,
    row_no,
    archive_id as row_key,
    case when occurrence = 1 then 1 else 0 end as numerator_part,
    cast(null as bigint) as denominator_part,
    subject_id,
    segment_code,
    admin_unit_id,
    admin_unit_name,
    unit_kind_code,
    status_code,
    opened_date,
    expiry_date,
    cast(null as date) as statistics_date
from archived
union all
select
    segment_map.segment,
    'segment_population' as ledger,
    scope_unit.branch_id,
    register.load_id,
    register.row_no,
    register.admin_unit_id || ' ' || register.segment_code as row_key,
    cast(null as bigint) as numerator_part,
    register.subject_count as denominator_part,
    cast(null as varchar) as subject_id,
    register.segment_code,
    register.admin_unit_id,
    scope_unit.admin_unit_name,
    scope_unit.unit_kind_code,
    cast(null as varchar) as status_code,
    cast(null as date) as opened_date,
    cast(null as date) as expiry_date,
    register.statistics_date
from scope_unit
inner join register
    on
        scope_unit.admin_unit_id = register.admin_unit_id
        and scope_unit.archive_denominator = register.archive_denominator
inner join archive_segment as segment_map
    on
        register.segment_code = segment_map.segment_code
        and scope_unit.unit_kind_code = segment_map.unit_kind_code
