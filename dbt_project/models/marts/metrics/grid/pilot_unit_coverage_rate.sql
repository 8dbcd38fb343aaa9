-- grain: one row per organisation (branch or bank); segment village_and_community
with

pilot_unit as (
    select * from {{ ref('int_pilot_unit') }}
),

measured as (
    select
        org_level,
        org_id,
        'village_and_community' as segment,
        pilot_unit_count as numerator,
        unit_count as denominator,
        reason_code
    from pilot_unit
)

{{ metric_rows('pilot_unit_coverage_rate', 'measured') }}
