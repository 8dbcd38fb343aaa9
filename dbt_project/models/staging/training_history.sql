-- grain: as training, for every month of the window in which the load is in force
-- generated from pipelines/ledgers/training.odcs.yaml (make generate): do not edit
with

source as (
    select * from {{ source('lake', 'training_history') }}
),

monthly as (
    select
        training_id,
        person_id,
        branch_id,
        training_date,
        topic_code,
        course_name,
        hours,
        is_passed,
        _period as month,
        _load_id as load_id,
        _row as row_no
    from source
)

select * from monthly
