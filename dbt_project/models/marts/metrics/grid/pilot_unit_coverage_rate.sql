-- grain: one row per organisation (branch or bank); segment village_and_community
with

coverage as (
    select * from {{ ref('int_grid_coverage') }}
),

measured as (
    select
        org_level,
        org_id,
        'village_and_community' as segment,
        pilot_unit_count as numerator,
        unit_count as denominator,
        unit_reason as reason_code
    from coverage
)

{{ metric_rows('pilot_unit_coverage_rate', 'measured') }}
