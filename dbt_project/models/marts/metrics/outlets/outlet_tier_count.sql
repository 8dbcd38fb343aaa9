-- grain: one row per organisation (branch, county or bank); segment outlet
with

counted as (
    select
        branch_id,
        'outlet' as segment,
        inclusive_tier_code,
        inclusive_tier_code is not null as numerator,
        false as denominator,
        cast(null as varchar) as reason_code
    from {{ ref('int_outlet') }}
),

{{ rolled_up(
    'counted',
    ledgers=['org_unit'],
    segments=['outlet'],
    distinct='inclusive_tier_code',
    columns=['org_unit.inclusive_tier_code']
) }}

{{ metric_rows('outlet_tier_count', 'measured', kind='count') }}
