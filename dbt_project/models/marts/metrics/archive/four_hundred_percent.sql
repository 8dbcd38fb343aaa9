-- grain: one row per organisation (branch, county or bank); segment all
with

archive as (
    select * from {{ ref('int_archive_coverage') }}
    where
        org_level <> 'grid'
        and segment in (
            'community_resident', 'community_merchant_and_small_micro', 'rural_household'
        )
),

pilot as (
    select * from {{ ref('int_pilot_unit') }}
),

tested as (
    select
        org_level,
        org_id,
        archived_count >= subject_count and subject_count > 0 as is_full,
        reason_code
    from archive
    union all
    select
        org_level,
        org_id,
        pilot_unit_count >= unit_count and unit_count > 0 as is_full,
        reason_code
    from pilot
),

measured as (
    select
        org_level,
        org_id,
        'all' as segment,
        sum(case when is_full then 1 else 0 end) as numerator,
        max(reason_code) as reason_code
    from tested
    group by
        org_level,
        org_id
)

{{ metric_rows('four_hundred_percent', 'measured', kind='count') }}
