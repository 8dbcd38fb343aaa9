-- grain: one row per branch and account at month end; in force for the closed month
-- generated from pipelines/ledgers/gl_balance.odcs.yaml (make generate): do not edit
with

source as (
    select * from {{ source('lake', 'gl_balance') }}
),

renamed as (
    select
        branch_id,
        subject_code,
        subject_name,
        data_date,
        currency_code,
        closing_balance,
        control_item_code,
        _load_id as load_id,
        _row as row_no
    from source
)

select * from renamed
