-- grain: one row per administrative village or community served by the submitting branch; in force
-- for the closed month
-- generated from pipelines/ledgers/admin_unit.odcs.yaml (make generate): do not edit
with

source as (
    select * from {{ source('lake', 'admin_unit') }}
),

renamed as (
    select
        admin_unit_id,
        admin_unit_name,
        unit_kind_code,
        township_name,
        division_code,
        branch_id,
        is_urban,
        is_pilot,
        pilot_from_date,
        township_code,
        household_count,
        population,
        whole_village_date,
        credit_unit_date,
        credit_unit_expiry_date,
        credit_township_date,
        agreement_date,
        longitude,
        latitude,
        _load_id as load_id,
        _row as row_no
    from source
)

select * from renamed
