-- grain: one row per organisation’s participation in one piece of business; in force for the
-- closed month
-- generated from pipelines/ledgers/business_participation.odcs.yaml (make generate): do not edit
with

source as (
    select * from {{ source('lake', 'business_participation') }}
),

renamed as (
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
        _load_id as load_id,
        _row as row_no
    from source
)

select * from renamed
