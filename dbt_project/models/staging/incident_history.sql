-- grain: as incident, for every month of the window in which the load is in force
-- generated from pipelines/ledgers/incident.odcs.yaml (make generate): do not edit
with

source as (
    select * from {{ source('lake', 'incident_history') }}
),

monthly as (
    select
        incident_id,
        branch_id,
        incident_date,
        incident_kind_code,
        loss_amount,
        recovered_amount,
        closed_date,
        grid_id,
        _period as month,
        _load_id as load_id,
        _row as row_no
    from source
)

select * from monthly
