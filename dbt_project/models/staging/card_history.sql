-- grain: as card, for every month of the window in which the load is in force
-- generated from pipelines/ledgers/card.odcs.yaml (make generate): do not edit
with

source as (
    select * from {{ source('lake', 'card_history') }}
),

monthly as (
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
        _period as month,
        _load_id as load_id,
        _row as row_no
    from source
)

select * from monthly
