-- grain: as loan_event, for every month of the window in which the load is in force
-- generated from pipelines/ledgers/loan_event.odcs.yaml (make generate): do not edit
with

source as (
    select * from {{ source('lake', 'loan_event_history') }}
),

monthly as (
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
        _period as month,
        _load_id as load_id,
        _row as row_no
    from source
)

select * from monthly
