-- grain: one row per case, loss or report in the month; in force for the closed month
-- generated from pipelines/ledgers/incident.odcs.yaml (make generate): do not edit
with

source as (
    select * from {{ source('lake', 'incident') }}
),

renamed as (
    select
        incident_id,
        branch_id,
        incident_date,
        incident_kind_code,
        loss_amount,
        recovered_amount,
        closed_date,
        grid_id,
        _load_id as load_id,
        _row as row_no
    from source
)

select * from renamed
