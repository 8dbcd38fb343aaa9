-- grain: one row per organisation (branch, county, bank or grid); segment rural_large_operator
with

counted as (
    select
        branch_id,
        grid_id,
        subject_id,
        subject_count,
        'rural_large_operator' as segment,
        is_docked as numerator,
        registered_count,
        cast(null as varchar) as reason_code
    from {{ ref('int_docking_subject') }}
    where test_code = 'survey_archive'
),

{{ rolled_up(
    'counted',
    ledgers=['admin_unit', 'grid', 'customer_archive', 'segment_population'],
    segments=['rural_large_operator'],
    distinct='subject_id',
    many='subject_count',
    register='registered_count',
    grids=true,
    columns=['grid.live_date']
) }}

{{ metric_rows('docking_survey_archive_rate', 'measured') }}
