-- grain: one row per organisation (branch, county, bank or grid); segment regulations
with

counted as (
    select
        branch_id,
        grid_id,
        'regulations' as segment,
        regulation_count as numerator,
        1 as denominator,
        cast(null as varchar) as reason_code
    from {{ ref('int_workstation') }}
),

{{ rolled_up('counted', ledgers=['workstation'], segments=['regulations'], grids=true) }}

{{ metric_rows('regulation_count', 'measured') }}
