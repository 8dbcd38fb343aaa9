-- grain: as complaint, for every month of the window in which the load is in force
-- generated from pipelines/ledgers/complaint.odcs.yaml (make generate): do not edit
with

source as (
    select * from {{ source('lake', 'complaint_history') }}
),

monthly as (
    select
        complaint_id,
        branch_id,
        received_date,
        channel_code,
        complaint_kind_code,
        object_code,
        owner_department,
        transferred_date,
        closed_date,
        revisited_date,
        is_substantiated,
        _period as month,
        _load_id as load_id,
        _row as row_no
    from source
)

select * from monthly
