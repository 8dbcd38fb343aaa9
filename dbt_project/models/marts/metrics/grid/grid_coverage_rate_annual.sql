-- grain: one row per organisation (branch or bank); segment all_units
with

coverage as (
    select * from {{ ref('int_grid_coverage') }}
),

switch as (
    select * from {{ ref('int_switch') }}
),

-- The source does not say whether 30 % a year is the increment or the level (AMB-002); the bank's
-- row follows the bank's own switch.
measured as (
    select
        coverage.org_level,
        coverage.org_id,
        'all_units' as segment,
        case
            when switch.coverage_mode = 'level' then coverage.covered_unit_count
            else coverage.newly_covered_unit_count
        end as numerator,
        coverage.unit_count as denominator,
        coverage.reason_code
    from coverage
    inner join switch on coverage.org_id = switch.org_id
)

{{ metric_rows('grid_coverage_rate_annual', 'measured') }}
