-- grain: one row per organisation (branch, county, bank or grid); segment
with

counted as (
    select
        branch_id,
        grid_id,
        'grid_gap' as segment,
        case when live_leaf_count = 0 then 1 else 0 end as numerator,
        0 as denominator,
        cast(null as varchar) as reason_code
    from {{ ref('int_unit_service') }}
    union all
    select
        branch_id,
        grid_id,
        'responsibility_gap' as segment,
        case when officer_count = 0 then 1 else 0 end as numerator,
        0 as denominator,
        cast(null as varchar) as reason_code
    from {{ ref('int_leaf_grid') }}
    union all
    select
        branch_id,
        grid_id,
        'service_gap' as segment,
        case when not is_served then 1 else 0 end as numerator,
        0 as denominator,
        cast(null as varchar) as reason_code
    from {{ ref('int_leaf_grid') }}
),

{{ rolled_up(
    'counted',
    ledgers=['admin_unit', 'grid', 'grid_assignment', 'engagement'],
    segments=['grid_gap', 'responsibility_gap', 'service_gap'],
    grids=true,
    columns=['grid.live_date', 'engagement.grid_id']
) }}

{{ metric_rows('sanxia_three_seamless', 'measured', kind='count') }}
