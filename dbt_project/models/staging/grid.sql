-- grain: one row per grid of the submitting branch; in force for the closed month
-- generated from pipelines/ledgers/grid.odcs.yaml (make generate): do not edit
with

source as (
    select * from {{ source('lake', 'grid') }}
),

renamed as (
    select
        grid_id,
        grid_name,
        parent_grid_id,
        grid_level_code,
        grid_class_code,
        grid_subclass_code,
        admin_unit_id,
        branch_id,
        live_date,
        closed_date,
        grid_kind_code,
        household_count,
        ledger_date,
        _load_id as load_id,
        _row as row_no
    from source
)

select * from renamed
