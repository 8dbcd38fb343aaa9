-- grain: one row per organisation (branch or bank); segment all_units
with

coverage as (
    select * from {{ ref('int_grid_coverage') }}
),

measured as (
    select
        org_level,
        org_id,
        'all_units' as segment,
        covered_unit_count as numerator,
        unit_count as denominator,
        reason_code
    from coverage
)

{{ metric_rows('grid_coverage_rate_cumulative', 'measured') }}
