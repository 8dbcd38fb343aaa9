-- grain: one row per organisation (branch, county, bank or grid); segment
with

counted as (
    select
        branch_id,
        grid_id,
        'workstation_unit' as segment,
        case when workstation_agreement_count > 0 then 1 else 0 end as numerator,
        1 as denominator,
        cast(null as varchar) as reason_code
    from {{ ref('int_unit_service') }}
    where workstation_count > 0
    union all
    select
        branch_id,
        grid_id,
        'all_units' as segment,
        case when has_agreement then 1 else 0 end as numerator,
        1 as denominator,
        cast(null as varchar) as reason_code
    from {{ ref('int_unit_service') }}
),

{{ rolled_up(
    'counted',
    ledgers=['admin_unit', 'workstation'],
    segments=['workstation_unit', 'all_units'],
    grids=true,
    columns=['admin_unit.agreement_date', 'workstation.agreement_date']
) }}

{{ metric_rows('cooperation_agreement', 'measured') }}
