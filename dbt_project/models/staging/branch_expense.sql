-- grain: one row per organisation, item and business line for the month; in force for the closed
-- month
-- generated from pipelines/ledgers/branch_expense.odcs.yaml (make generate): do not edit
with

source as (
    select * from {{ source('lake', 'branch_expense') }}
),

renamed as (
    select
        branch_id,
        expense_item_code,
        business_line_code,
        booked_date,
        amount,
        currency_code,
        _load_id as load_id,
        _row as row_no
    from source
)

select * from renamed
