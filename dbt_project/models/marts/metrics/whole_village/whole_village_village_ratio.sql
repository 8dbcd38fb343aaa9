-- grain: one row per organisation (branch, county or bank); segment
with

village as (
    select * from {{ ref('int_village_credit') }}
    where unit_kind_code = 'village'
),

counted as (
    select
        branch_id,
        'pilot_village' as segment,
        case when is_pilot then 1 else 0 end as numerator,
        1 as denominator,
        cast(null as varchar) as reason_code
    from village
    union all
    select
        branch_id,
        'administrative_village' as segment,
        case when is_whole_village then 1 else 0 end as numerator,
        1 as denominator,
        cast(null as varchar) as reason_code
    from village
),

{{ rolled_up(
    'counted',
    ledgers=['admin_unit'],
    segments=['pilot_village', 'administrative_village'],
    columns=['admin_unit.whole_village_date']
) }}

{{ metric_rows('whole_village_village_ratio', 'measured') }}
