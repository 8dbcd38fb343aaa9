-- metrics: outlet_tier_count, inclusive_outlet_count, flagship_outlets_built,
--     benchmark_outlets_built
-- loads: org_unit@period
-- grain: one row per open outlet that counts; of a tier in use, its first outlet
with

outlet as (
    select
        org_unit.*,
        row_number() over (
            partition by org_unit.inclusive_tier_code
            order by org_unit.org_id
        ) as occurrence
    from org_unit
    cross join run.run_context as context
    where
        list_contains($branches, org_unit.org_id)
        and org_unit.org_type_code <> 'bank'
        and coalesce(org_unit.opened_date <= context.period_end, true)
        and coalesce(org_unit.closed_date > context.period_end, true)
        and (
            org_unit.inclusive_tier_code is null
            or coalesce(org_unit.tier_date <= context.period_end, true)
            or $metric_id = 'inclusive_outlet_count'
        )
),

placed as (
    select
        *,
        case
            when coalesce(tier_date <= context.period_end, true) then inclusive_tier_code
        end as tier_in_force
    from outlet
    cross join run.run_context as context
),

segmented as (
    select
        coalesce(tier_in_force, 'unclassified') as segment,
        *
    from placed
    where $metric_id = 'inclusive_outlet_count'
    union all
    select
        'all' as segment,
        *
    from placed
    where $metric_id = 'inclusive_outlet_count' and tier_in_force is not null
    union all
    select
        'outlet' as segment,
        *
    from placed
    where $metric_id = 'outlet_tier_count' and tier_in_force is not null and occurrence = 1
    union all
    select
        inclusive_tier_code as segment,
        *
    from placed
    where
        $metric_id = inclusive_tier_code || '_outlets_built'
        and tier_date between year_start and period_end
)

select
    segment,
    'org_unit' as ledger,
    org_id as branch_id,
    load_id,
    row_no,
    org_id as row_key,
    1 as numerator_part,
    cast(null as bigint) as denominator_part,
    inclusive_tier_code,
    tier_date,
    opened_date
from segmented
