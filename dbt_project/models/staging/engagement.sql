-- grain: one row per docking, visit, revisit or reminder in the month; in force for the closed
-- month
-- generated from pipelines/ledgers/engagement.odcs.yaml (make generate): do not edit
with

source as (
    select * from {{ source('lake', 'engagement') }}
),

renamed as (
    select
        engagement_id,
        branch_id,
        event_date,
        engagement_type_code,
        subject_type_code,
        subject_id,
        customer_id,
        staff_id,
        grid_id,
        loan_id,
        result_code,
        churn_reason_code,
        is_leader_led,
        _load_id as load_id,
        _row as row_no
    from source
)

select * from renamed
