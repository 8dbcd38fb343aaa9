-- metrics: four_hundred_percent
-- loads: admin_unit@period, customer_archive@period, segment_population@rows
-- switches: archive_scope, archive_denominator
-- labels: test_code=指标项|rate, done_count=已达到数|reached, whole_count=应达到数|whole
-- grain: one row per unit (pilot coverage) and per row of the register (archive coverage); the first
--     of a rate at 100 % carries 1
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
    where
        list_contains($branches, unit.branch_id)
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
),

whole as (
    select
        segment_map.segment as test_code,
        'segment_population' as ledger,
        scope_unit.branch_id,
        register.load_id,
        register.row_no,
        register.admin_unit_id || ' ' || register.segment_code as row_key,
        register.subject_count as part
    from scope_unit
    inner join register
        on
            scope_unit.admin_unit_id = register.admin_unit_id
            and scope_unit.archive_denominator = register.archive_denominator
    inner join archive_segment as segment_map
        on
            register.segment_code = segment_map.segment_code
            and scope_unit.unit_kind_code = segment_map.unit_kind_code
    where
        segment_map.segment in (
            'community_resident', 'community_merchant_and_small_micro', 'rural_household'
        )
    union all
    select
        'pilot_unit' as test_code,
        'admin_unit' as ledger,
        branch_id,
        load_id,
        row_no,
        admin_unit_id as row_key,
        1 as part
    from admin_unit
    where list_contains($branches, branch_id)
),

done as (
    select
        segment as test_code,
        count(*) as done_count
    from archived
    where occurrence = 1
    group by segment
    union all
    select
        'pilot_unit' as test_code,
        count(*) as done_count
    from admin_unit
    cross join context
    where
        list_contains($branches, branch_id)
        and is_pilot
        and pilot_from_date <= context.period_end
),

result as (
    select
        whole.*,
        sum(whole.part) over (partition by whole.test_code) as whole_count,
        coalesce(done.done_count, 0) as done_count,
        row_number() over (
            partition by whole.test_code order by whole.branch_id, whole.row_key
        ) as occurrence
    from whole
    left join done on whole.test_code = done.test_code
)

select
    'all' as segment,
    ledger,
    branch_id,
    load_id,
    row_no,
    row_key,
    case when occurrence = 1 and done_count >= whole_count and whole_count > 0 then 1 else 0 end
        as numerator_part,
    cast(null as integer) as denominator_part,
    test_code,
    done_count,
    whole_count
from result
