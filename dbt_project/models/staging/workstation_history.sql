-- grain: as workstation, for every month of the window in which the load is in force
-- generated from pipelines/ledgers/workstation.odcs.yaml (make generate): do not edit
with

source as (
    select * from {{ source('lake', 'workstation_history') }}
),

load_in_force as (
    select
        load_id,
        month
    from {{ source('run', 'run_load') }}
    where ledger = 'workstation'
),

-- one to many: a register's load is carried forward over the months in which it is in force
monthly as (
    select
        source.workstation_id,
        source.workstation_name,
        source.admin_unit_id,
        source.branch_id,
        source.opened_date,
        source.closed_date,
        source.agreement_date,
        source.board_count,
        source.atlas_count,
        source.team_count,
        source.computer_count,
        source.window_count,
        source.device_count,
        source.rule_count,
        source.product_count,
        source.wechat_customer_count,
        source.archive_count,
        source.checked_date,
        load_in_force.month,
        source._load_id as load_id,
        source._row as row_no
    from source
    inner join load_in_force on source._load_id = load_in_force.load_id
)

select * from monthly
