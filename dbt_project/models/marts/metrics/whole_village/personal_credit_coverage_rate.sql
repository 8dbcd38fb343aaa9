-- grain: one row per organisation (branch, county or bank); segment all
with

counted as (
    select
        branch_id,
        'all' as segment,
        individual_count as numerator,
        population as denominator,
        reason_code
    from {{ ref('int_personal_credit') }}
),

{{ rolled_up(
    'counted',
    ledgers=['credit_line', 'customer', 'admin_unit'],
    columns=['admin_unit.population']
) }}

{{ metric_rows('personal_credit_coverage_rate', 'measured') }}
