-- grain: one row per entry of a staff member’s performance; in force for the closed month
-- generated from pipelines/ledgers/personal_ledger.odcs.yaml (make generate): do not edit
with

source as (
    select * from {{ source('lake', 'personal_ledger') }}
),

renamed as (
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
        _load_id as load_id,
        _row as row_no
    from source
)

select * from renamed
