-- grain: one row per check or survey of one organisation or grid; in force for the closed month
-- generated from pipelines/ledgers/service_check.odcs.yaml (make generate): do not edit
with

source as (
    select * from {{ source('lake', 'service_check') }}
),

renamed as (
    select
        check_id,
        branch_id,
        check_date,
        check_kind_code,
        score,
        respondent_count,
        satisfied_count,
        average_wait_minutes,
        grid_id,
        _load_id as load_id,
        _row as row_no
    from source
)

select * from renamed
