-- grain: one row per organisation and channel for the month; in force for the closed month
-- generated from pipelines/ledgers/channel_activity.odcs.yaml (make generate): do not edit
with

source as (
    select * from {{ source('lake', 'channel_activity') }}
),

renamed as (
    select
        branch_id,
        channel_code,
        data_date,
        transaction_count,
        transaction_amount,
        active_customer_count,
        registered_customer_count,
        _load_id as load_id,
        _row as row_no
    from source
)

select * from renamed
