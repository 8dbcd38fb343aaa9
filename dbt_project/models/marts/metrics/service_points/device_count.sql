-- grain: one row per organisation (branch, county, bank or grid); segment all
with

counted as (
    select
        branch_id,
        grid_id,
        'all' as segment,
        case when is_in_use then 1 else 0 end as numerator,
        0 as denominator,
        cast(null as varchar) as reason_code
    from {{ ref('int_service_point') }}
    union all
    select
        branch_id,
        grid_id,
        point_type_code as segment,
        case when is_in_use then 1 else 0 end as numerator,
        0 as denominator,
        cast(null as varchar) as reason_code
    from {{ ref('int_service_point') }}
),

{{ rolled_up(
    'counted',
    ledgers=['service_point'],
    segments=['all', 'assisted_withdrawal', 'atm', 'pos', 'multimedia_pos', 'self_service_terminal', 'transfer_phone', 'mobile_3g', 'self_service_bank'],
    grids=true
) }}

{{ metric_rows('device_count', 'measured', kind='count') }}
