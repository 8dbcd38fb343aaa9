-- grain: one row per village or community and segment: households or entities that should have an
-- archive; in force for the closed month
-- generated from pipelines/ledgers/segment_population.odcs.yaml (make generate): do not edit
with

source as (
    select * from {{ source('lake', 'segment_population') }}
),

renamed as (
    select
        admin_unit_id,
        segment_code,
        branch_id,
        subject_count,
        source_name,
        statistics_date,
        _load_id as load_id,
        _row as row_no
    from source
)

select * from renamed
