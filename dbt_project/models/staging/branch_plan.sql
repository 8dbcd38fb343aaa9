-- grain: one row per organisation, plan year, plan item and version; in force for the closed month
-- generated from pipelines/ledgers/branch_plan.odcs.yaml (make generate): do not edit
with

source as (
    select * from {{ source('lake', 'branch_plan') }}
),

renamed as (
    select
        org_id,
        plan_year,
        plan_item_code,
        plan_value,
        unit_code,
        version_no,
        effective_date,
        approved_by,
        _load_id as load_id,
        _row as row_no
    from source
)

select * from renamed
