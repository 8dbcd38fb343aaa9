-- grain: one row per archive; in force for the closed month
-- generated from pipelines/ledgers/customer_archive.odcs.yaml (make generate): do not edit
with

source as (
    select * from {{ source('lake', 'customer_archive') }}
),

renamed as (
    select
        archive_id,
        subject_id,
        customer_id,
        segment_code,
        admin_unit_id,
        branch_id,
        status_code,
        opened_date,
        updated_date,
        expiry_date,
        rating_code,
        rating_date,
        credit_household_date,
        credit_household_expiry_date,
        evaluation_date,
        capture_channel_code,
        member_count,
        _load_id as load_id,
        _row as row_no
    from source
)

select * from renamed
