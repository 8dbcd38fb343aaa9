-- grain: one row per organisation, scheme and effective date; in force for the closed month
-- generated from pipelines/ledgers/scheme_binding.odcs.yaml (make generate): do not edit
with

source as (
    select * from {{ source('lake', 'scheme_binding') }}
),

renamed as (
    select
        org_id,
        scheme_id,
        effective_date,
        expiry_date,
        note,
        _load_id as load_id,
        _row as row_no
    from source
)

select * from renamed
