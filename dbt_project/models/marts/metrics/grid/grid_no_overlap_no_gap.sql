-- grain: one row per organisation (branch or bank) and kind of fault (gap, overlap)
with

coverage as (
    select * from {{ ref('int_grid_coverage') }}
),

measured as (
    select
        org_level,
        org_id,
        'gap' as segment,
        gap_unit_count as numerator,
        reason_code
    from coverage
    union all
    select
        org_level,
        org_id,
        'overlap' as segment,
        overlap_unit_count as numerator,
        reason_code
    from coverage
)

{{ metric_rows('grid_no_overlap_no_gap', 'measured', kind='count') }}
