-- grain: as business_participation, for every month of the window in which the load is in force
-- generated from pipelines/ledgers/business_participation.odcs.yaml (make generate): do not edit
with

source as (
    select * from {{ source('lake', 'business_participation_history') }}
),

monthly as (
    select
        participation_id,
        branch_id,
        event_date,
        participation_code,
        staff_id,
        customer_id,
        loan_id,
        share_ratio,
        lead_source_code,
        _period as month,
        _load_id as load_id,
        _row as row_no
    from source
)

select * from monthly
