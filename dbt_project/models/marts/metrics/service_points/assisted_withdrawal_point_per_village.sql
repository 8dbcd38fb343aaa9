-- grain: one row per organisation (branch, county, bank or grid); segment village_grid
with

counted as (
    select
        branch_id,
        grid_id,
        'village_grid' as segment,
        case when withdrawal_count > 0 then 1 else 0 end as numerator,
        1 as denominator,
        cast(null as varchar) as reason_code
    from {{ ref('int_unit_service') }}
    where unit_kind_code = 'village' and has_grid
),

{{ rolled_up(
    'counted',
    ledgers=['admin_unit', 'grid', 'service_point'],
    segments=['village_grid'],
    grids=true,
    columns=['grid.live_date']
) }}

{{ metric_rows('assisted_withdrawal_point_per_village', 'measured') }}
