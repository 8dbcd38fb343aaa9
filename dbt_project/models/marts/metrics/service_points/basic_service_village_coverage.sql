-- grain: one row per organisation (branch, county, bank or grid); segment administrative_village
with

counted as (
    select
        branch_id,
        grid_id,
        'administrative_village' as segment,
        case when basic_count > 0 then 1 else 0 end as numerator,
        1 as denominator,
        cast(null as varchar) as reason_code
    from {{ ref('int_unit_service') }}
    where unit_kind_code = 'village'
),

{{ rolled_up(
    'counted',
    ledgers=['admin_unit', 'service_point'],
    segments=['administrative_village'],
    grids=true
) }}

{{ metric_rows('basic_service_village_coverage', 'measured') }}
