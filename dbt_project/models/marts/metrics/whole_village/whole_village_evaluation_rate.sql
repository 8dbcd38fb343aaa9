-- grain: one row per organisation (branch, county or bank); segment
with

village as (
    select * from {{ ref('int_village_credit') }}
    where unit_kind_code = 'village'
),

counted as (
    select
        branch_id,
        'administrative_village' as segment,
        evaluated_count as numerator,
        household_count as denominator,
        household_reason as reason_code
    from village
    union all
    select
        branch_id,
        'pilot_village' as segment,
        evaluated_count as numerator,
        household_count as denominator,
        household_reason as reason_code
    from village
    where is_pilot
),

{{ rolled_up(
    'counted',
    ledgers=['admin_unit', 'customer_archive'],
    segments=['pilot_village', 'administrative_village'],
    columns=['admin_unit.household_count', 'customer_archive.evaluation_date']
) }}

{{ metric_rows('whole_village_evaluation_rate', 'measured') }}
