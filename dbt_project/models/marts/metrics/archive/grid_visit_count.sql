-- grain: one row per organisation (branch, county, bank or grid); segment all, visit, revisit
with

counted as (
    select
        branch_id,
        grid_id,
        'all' as segment,
        1 as numerator,
        0 as denominator,
        cast(null as varchar) as reason_code
    from {{ ref('int_grid_visit') }}
    union all
    select
        branch_id,
        grid_id,
        engagement_type_code as segment,
        1 as numerator,
        0 as denominator,
        cast(null as varchar) as reason_code
    from {{ ref('int_grid_visit') }}
),

{{ rolled_up(
    'counted',
    ledgers=['engagement', 'grid'],
    segments=['all', 'visit', 'revisit'],
    grids=true
) }}

{{ metric_rows('grid_visit_count', 'measured', kind='count') }}
