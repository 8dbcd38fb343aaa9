-- grain: as pay_paid, for every month of the window in which the load is in force
-- generated from pipelines/ledgers/pay_paid.odcs.yaml (make generate): do not edit
with

source as (
    select * from {{ source('lake', 'pay_paid_history') }}
),

monthly as (
    select
        branch_id,
        component_code,
        paid_date,
        paid_amount,
        headcount,
        approval_no,
        _period as month,
        _load_id as load_id,
        _row as row_no
    from source
)

select * from monthly
