-- grain: one row per branch and ten-day point (10th, 20th, month end); in force for the closed
-- month
-- generated from pipelines/ledgers/deposit_tenday.odcs.yaml (make generate): do not edit
with

source as (
    select * from {{ source('lake', 'deposit_tenday') }}
),

renamed as (
    select
        branch_id,
        balance_date,
        deposit_balance,
        currency_code,
        _load_id as load_id,
        _row as row_no
    from source
)

select * from renamed
