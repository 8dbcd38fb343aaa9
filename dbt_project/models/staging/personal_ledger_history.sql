-- grain: as personal_ledger, for every month of the window in which the load is in force
-- generated from pipelines/ledgers/personal_ledger.odcs.yaml (make generate): do not edit
with

source as (
    select * from {{ source('lake', 'personal_ledger_history') }}
),

monthly as (
    select
        entry_id,
        branch_id,
        staff_id,
        entry_date,
        entry_kind_code,
        amount,
        is_public,
        loan_id,
        customer_id,
        _period as month,
        _load_id as load_id,
        _row as row_no
    from source
)

select * from monthly
