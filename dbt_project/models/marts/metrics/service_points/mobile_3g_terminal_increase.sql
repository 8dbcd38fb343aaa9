-- grain: one row per organisation (branch, county, bank or grid); segment all
with

counted as (
    select
        branch_id,
        grid_id,
        'all' as segment,
        case when is_in_place then 1 else 0 end
        - case when was_in_place then 1 else 0 end as numerator,
        0 as denominator,
        cast(null as varchar) as reason_code
    from {{ ref('int_service_point') }}
    where point_type_code = 'mobile_3g'
),

{{ rolled_up('counted', ledgers=['service_point'], grids=true) }}

{{ metric_rows('mobile_3g_terminal_increase', 'measured', kind='count') }}
