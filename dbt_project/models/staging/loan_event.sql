-- grain: one row per posting on a loan in the month; in force for the closed month
-- generated from pipelines/ledgers/loan_event.odcs.yaml (make generate): do not edit
with

source as (
    select * from {{ source('lake', 'loan_event') }}
),

renamed as (
    select
        event_id,
        loan_id,
        customer_id,
        branch_id,
        event_date,
        event_type_code,
        principal_amount,
        interest_amount,
        annual_rate,
        currency_code,
        channel_code,
        is_first_loan,
        _load_id as load_id,
        _row as row_no
    from source
)

select * from renamed
