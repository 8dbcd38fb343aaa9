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
        person_count as numerator,
        population as denominator,
        population_reason as reason_code
    from village
    union all
    select
        branch_id,
        'pilot_village' as segment,
        person_count as numerator,
        population as denominator,
        population_reason as reason_code
    from village
    where is_pilot
),

{{ rolled_up(
    'counted',
    ledgers=['admin_unit', 'customer_archive'],
    segments=['pilot_village', 'administrative_village'],
    columns=['admin_unit.population', 'customer_archive.member_count']
) }}

{{ metric_rows('whole_village_info_collection_rate', 'measured') }}
