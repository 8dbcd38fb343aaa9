-- grain: one row per organisation (branch, county or bank); segment management_levels
with

counted as (
    select
        branch_id,
        'county' as level_code,
        'management_levels' as segment,
        has_division as numerator,
        false as denominator,
        cast(null as varchar) as reason_code
    from {{ ref('int_unit_service') }}
    union all
    select
        branch_id,
        'township' as level_code,
        'management_levels' as segment,
        has_township as numerator,
        false as denominator,
        cast(null as varchar) as reason_code
    from {{ ref('int_unit_service') }}
    union all
    select
        branch_id,
        'unit' as level_code,
        'management_levels' as segment,
        true as numerator,
        false as denominator,
        cast(null as varchar) as reason_code
    from {{ ref('int_unit_service') }}
),

{{ rolled_up(
    'counted',
    ledgers=['admin_unit'],
    segments=['management_levels'],
    distinct='level_code',
    columns=['admin_unit.division_code', 'admin_unit.township_code']
) }}

{{ metric_rows('grid_mgmt_levels', 'measured', kind='count') }}
