-- grain: one row per organisation (branch, county, bank or grid); segment workstation
with

counted as (
    select
        branch_id,
        grid_id,
        'workstation' as segment,
        case when has_board then 1 else 0 end as numerator,
        1 as denominator,
        cast(null as varchar) as reason_code
    from {{ ref('int_workstation') }}
),

{{ rolled_up('counted', ledgers=['workstation'], segments=['workstation'], grids=true) }}

{{ metric_rows('workstation_board_count', 'measured') }}
