-- grain: one row per organisation (branch, county, bank or grid); segment all
with

counted as (
    select
        branch_id,
        grid_id,
        'all' as segment,
        satisfied_count as numerator,
        respondent_count as denominator,
        cast(null as varchar) as reason_code
    from {{ ref('int_grid_survey') }}
),

{{ rolled_up(
    'counted',
    ledgers=['service_check'],
    months='year',
    grids=true,
    columns=[
        'service_check.grid_id',
        'service_check.respondent_count',
        'service_check.satisfied_count'
    ]
) }}

{{ metric_rows('grid_customer_satisfaction', 'measured') }}
