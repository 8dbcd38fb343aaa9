-- grain: one row per parameter value of the bank and effective date; in force for the closed month
-- generated from pipelines/ledgers/scheme_param.odcs.yaml (make generate): do not edit
with

source as (
    select * from {{ source('lake', 'scheme_param') }}
),

renamed as (
    select
        scheme_id,
        param_name,
        org_id,
        param_value,
        unit,
        effective_date,
        expiry_date,
        approved_by,
        note,
        _load_id as load_id,
        _row as row_no
    from source
)

select * from renamed
