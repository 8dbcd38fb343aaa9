-- grain: one row per organisation (branch, county or bank); segment service_levels
with

counted as (
    select
        branch_id,
        level_code,
        'service_levels' as segment,
        true as numerator,
        false as denominator,
        cast(null as varchar) as reason_code
    from {{ ref('int_service_level') }}
),

{{ rolled_up(
    'counted',
    ledgers=['grid', 'grid_assignment'],
    segments=['service_levels'],
    distinct='level_code'
) }}

{{ metric_rows('grid_service_levels', 'measured', kind='count') }}
