-- grain: as grid, for every month of the window in which the load is in force
-- generated from pipelines/ledgers/grid.odcs.yaml (make generate): do not edit
with

source as (
    select * from {{ source('lake', 'grid_history') }}
),

load_in_force as (
    select
        load_id,
        month
    from {{ source('run', 'run_load') }}
    where ledger = 'grid'
),

-- one to many: a register's load is carried forward over the months in which it is in force
monthly as (
    select
        source.grid_id,
        source.grid_name,
        source.parent_grid_id,
        source.grid_level_code,
        source.grid_class_code,
        source.grid_subclass_code,
        source.admin_unit_id,
        source.branch_id,
        source.live_date,
        source.closed_date,
        source.grid_kind_code,
        source.household_count,
        source.ledger_date,
        load_in_force.month,
        source._load_id as load_id,
        source._row as row_no
    from source
    inner join load_in_force on source._load_id = load_in_force.load_id
)

select * from monthly
