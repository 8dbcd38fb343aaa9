-- grain: one row per staff member of the submitting organisation; in force for the closed month
-- generated from pipelines/ledgers/staff.odcs.yaml (make generate): do not edit
with

source as (
    select * from {{ source('lake', 'staff') }}
),

renamed as (
    select
        staff_id,
        branch_id,
        post_code,
        status_code,
        is_on_establishment,
        has_business_target,
        salary_coefficient,
        grade_code,
        source_code,
        certificate_no,
        certificate_expiry_date,
        post_start_date,
        joined_date,
        left_date,
        secondment_org_id,
        _load_id as load_id,
        _row as row_no
    from source
)

select * from renamed
