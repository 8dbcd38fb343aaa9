-- grain: one row per training session and participant; in force for the closed month
-- generated from pipelines/ledgers/training.odcs.yaml (make generate): do not edit
with

source as (
    select * from {{ source('lake', 'training') }}
),

renamed as (
    select
        training_id,
        person_id,
        branch_id,
        training_date,
        topic_code,
        course_name,
        hours,
        is_passed,
        _load_id as load_id,
        _row as row_no
    from source
)

select * from renamed
