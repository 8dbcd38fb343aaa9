-- grain: as branch_expense, for every month of the window in which the load is in force
-- generated from pipelines/ledgers/branch_expense.odcs.yaml (make generate): do not edit
with

source as (
    select * from {{ source('lake', 'branch_expense_history') }}
),

monthly as (
    select
        branch_id,
        expense_item_code,
        business_line_code,
        booked_date,
        amount,
        currency_code,
        _period as month,
        _load_id as load_id,
        _row as row_no
    from source
)

select * from monthly
