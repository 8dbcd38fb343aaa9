-- grain: one row per assisted-withdrawal point, device or self-service bank; in force for the
-- closed month
-- generated from pipelines/ledgers/service_point.odcs.yaml (make generate): do not edit
with

source as (
    select * from {{ source('lake', 'service_point') }}
),

renamed as (
    select
        point_id,
        point_name,
        point_type_code,
        branch_id,
        grid_id,
        admin_unit_id,
        status_code,
        opened_date,
        closed_date,
        merchant_customer_id,
        longitude,
        latitude,
        _load_id as load_id,
        _row as row_no
    from source
)

select * from renamed
