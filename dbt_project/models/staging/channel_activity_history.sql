-- grain: as channel_activity, for every month of the window in which the load is in force
-- generated from pipelines/ledgers/channel_activity.odcs.yaml (make generate): do not edit
with

source as (
    select * from {{ source('lake', 'channel_activity_history') }}
),

monthly as (
    select
        branch_id,
        channel_code,
        data_date,
        transaction_count,
        transaction_amount,
        active_customer_count,
        registered_customer_count,
        _period as month,
        _load_id as load_id,
        _row as row_no
    from source
)

select * from monthly
