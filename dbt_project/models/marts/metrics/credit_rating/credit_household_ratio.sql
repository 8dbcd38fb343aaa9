-- grain: one row per organisation (branch, county or bank); segment all
with

counted as (
    select
        branch_id,
        'all' as segment,
        credit_household_count as numerator,
        household_count as denominator,
        household_reason as reason_code
    from {{ ref('int_village_credit') }}
),

{{ rolled_up(
    'counted',
    ledgers=['admin_unit', 'customer_archive'],
    columns=['admin_unit.household_count', 'customer_archive.credit_household_date']
) }}

{{ metric_rows('credit_household_ratio', 'measured') }}
