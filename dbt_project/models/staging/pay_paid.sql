-- grain: one row per organisation and pay component paid in the month; in force for the closed
-- month
-- generated from pipelines/ledgers/pay_paid.odcs.yaml (make generate): do not edit
with

source as (
    select * from {{ source('lake', 'pay_paid') }}
),

renamed as (
    select
        branch_id,
        component_code,
        paid_date,
        paid_amount,
        headcount,
        approval_no,
        _load_id as load_id,
        _row as row_no
    from source
)

select * from renamed
