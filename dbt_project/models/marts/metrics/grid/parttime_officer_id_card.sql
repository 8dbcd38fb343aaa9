-- grain: one row per organisation (branch, county, bank or grid); segment all
with

counted as (
    select
        branch_id,
        grid_id,
        person_id,
        'all' as segment,
        has_certificate as numerator,
        true as denominator,
        cast(null as varchar) as reason_code
    from {{ ref('int_grid_officer') }}
    where employment_code = 'part_time'
),

{{ rolled_up(
    'counted',
    ledgers=['grid', 'grid_assignment'],
    distinct='person_id',
    grids=true,
    columns=['grid_assignment.certificate_no']
) }}

{{ metric_rows('parttime_officer_id_card', 'measured') }}
