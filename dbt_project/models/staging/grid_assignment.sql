-- grain: one row per grid, person, role and start date; in force for the closed month
-- generated from pipelines/ledgers/grid_assignment.odcs.yaml (make generate): do not edit
with

source as (
    select * from {{ source('lake', 'grid_assignment') }}
),

renamed as (
    select
        grid_id,
        person_id,
        branch_id,
        role_code,
        employment_code,
        organisation_code,
        is_primary,
        start_date,
        end_date,
        certificate_no,
        is_publicity_officer,
        is_information_officer,
        is_loan_assistant,
        is_supervisor,
        is_collector,
        _load_id as load_id,
        _row as row_no
    from source
)

select * from renamed
