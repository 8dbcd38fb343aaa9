-- grain: one row per credit line granted to a customer; in force for the closed month
-- generated from pipelines/ledgers/credit_line.odcs.yaml (make generate): do not edit
with

source as (
    select * from {{ source('lake', 'credit_line') }}
),

renamed as (
    select
        credit_line_id,
        customer_id,
        branch_id,
        credit_kind_code,
        credit_amount,
        currency_code,
        effective_date,
        expiry_date,
        status_code,
        program_code,
        guarantee_type_code,
        is_revolving,
        rating_date,
        _load_id as load_id,
        _row as row_no
    from source
)

select * from renamed
