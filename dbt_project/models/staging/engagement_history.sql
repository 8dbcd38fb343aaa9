-- grain: as engagement, for every month of the window in which the load is in force
-- generated from pipelines/ledgers/engagement.odcs.yaml (make generate): do not edit
with

source as (
    select * from {{ source('lake', 'engagement_history') }}
),

monthly as (
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
        _period as month,
        _load_id as load_id,
        _row as row_no
    from source
)

select * from monthly
