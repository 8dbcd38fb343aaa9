-- grain: one row per organisation (branch, county, bank or grid); segment grid
with

counted as (
    select
        branch_id,
        grid_id,
        'grid' as segment,
        case when has_ledger then 1 else 0 end as numerator,
        1 as denominator,
        cast(null as varchar) as reason_code
    from {{ ref('int_leaf_grid') }}
),

{{ rolled_up(
    'counted',
    ledgers=['grid', 'admin_unit'],
    segments=['grid'],
    grids=true,
    columns=['grid.live_date', 'grid.ledger_date']
) }}

{{ metric_rows('ledger_per_grid', 'measured') }}
