-- grain: one row per organisation (branch or bank) and archive segment
with

coverage as (
    select * from {{ ref('int_archive_coverage') }}
),

measured as (
    select
        org_level,
        org_id,
        segment,
        archived_count as numerator,
        subject_count as denominator,
        reason_code
    from coverage
)

{{ metric_rows('archive_coverage_rate', 'measured') }}
