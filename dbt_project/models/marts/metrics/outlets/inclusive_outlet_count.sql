-- grain: one row per organisation (branch, county or bank) and segment
with

segment (segment) as (
    values
    ('all'),
    ('flagship'),
    ('benchmark'),
    ('popular'),
    ('unclassified')
),

counted as (
    select
        outlet.branch_id,
        segment.segment,
        case
            when segment.segment = coalesce(outlet.inclusive_tier_code, 'unclassified') then 1
            when segment.segment = 'all' and outlet.inclusive_tier_code is not null then 1
            else 0
        end as numerator,
        1 as denominator,
        cast(null as varchar) as reason_code
    from {{ ref('int_outlet') }} as outlet
    cross join segment
),

{{ rolled_up(
    'counted',
    ledgers=['org_unit'],
    segments=['all', 'unclassified', 'flagship', 'benchmark', 'popular'],
    columns=['org_unit.inclusive_tier_code']
) }}

{{ metric_rows('inclusive_outlet_count', 'measured', kind='count') }}
