-- grain: one row per organisation (branch, county, bank or grid); segment all
with

trained as (
    select distinct person_id from {{ ref('int_officer_training') }}
),

counted as (
    select
        officer.branch_id,
        officer.grid_id,
        officer.person_id,
        'all' as segment,
        trained.person_id is not null as numerator,
        true as denominator,
        cast(null as varchar) as reason_code
    from {{ ref('int_grid_officer') }} as officer
    left join trained on officer.person_id = trained.person_id
),

{{ rolled_up(
    'counted',
    ledgers=['grid', 'grid_assignment', 'training'],
    months='year',
    distinct='person_id',
    grids=true,
    columns=['grid.live_date']
) }}

{{ metric_rows('grid_officer_trained_rate', 'measured') }}
