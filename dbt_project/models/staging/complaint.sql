-- grain: one row per complaint received in the month; in force for the closed month
-- generated from pipelines/ledgers/complaint.odcs.yaml (make generate): do not edit
with

source as (
    select * from {{ source('lake', 'complaint') }}
),

renamed as (
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
        _load_id as load_id,
        _row as row_no
    from source
)

select * from renamed
