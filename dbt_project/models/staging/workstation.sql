-- grain: one row per inclusive-finance workstation; in force for the closed month
-- generated from pipelines/ledgers/workstation.odcs.yaml (make generate): do not edit
with

source as (
    select * from {{ source('lake', 'workstation') }}
),

renamed as (
    select
        workstation_id,
        workstation_name,
        admin_unit_id,
        branch_id,
        opened_date,
        closed_date,
        agreement_date,
        board_count,
        atlas_count,
        team_count,
        computer_count,
        window_count,
        device_count,
        rule_count,
        product_count,
        wechat_customer_count,
        archive_count,
        checked_date,
        _load_id as load_id,
        _row as row_no
    from source
)

select * from renamed
