-- grain: as service_check, for every month of the window in which the load is in force
-- generated from pipelines/ledgers/service_check.odcs.yaml (make generate): do not edit
with

source as (
    select * from {{ source('lake', 'service_check_history') }}
),

monthly as (
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
        _period as month,
        _load_id as load_id,
        _row as row_no
    from source
)

select * from monthly
