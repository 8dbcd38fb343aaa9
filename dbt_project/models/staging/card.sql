-- grain: one row per card issued and not destroyed at month end; in force for the closed month
-- generated from pipelines/ledgers/card.odcs.yaml (make generate): do not edit
with

source as (
    select * from {{ source('lake', 'card') }}
),

renamed as (
    select
        card_id,
        customer_id,
        branch_id,
        data_date,
        card_type_code,
        status_code,
        issued_date,
        activated_date,
        signed_date,
        month_transaction_count,
        is_passbook_replaced,
        holder_person_id,
        _load_id as load_id,
        _row as row_no
    from source
)

select * from renamed
