-- grain: as branch_plan, for every month of the window in which the load is in force
-- generated from pipelines/ledgers/branch_plan.odcs.yaml (make generate): do not edit
with

source as (
    select * from {{ source('lake', 'branch_plan_history') }}
),

load_in_force as (
    select
        load_id,
        month
    from {{ source('run', 'run_load') }}
    where ledger = 'branch_plan'
),

-- one to many: a register's load is carried forward over the months in which it is in force
monthly as (
    select
        source.org_id,
        source.plan_year,
        source.plan_item_code,
        source.plan_value,
        source.unit_code,
        source.version_no,
        source.effective_date,
        source.approved_by,
        load_in_force.month,
        source._load_id as load_id,
        source._row as row_no
    from source
    inner join load_in_force on source._load_id = load_in_force.load_id
)

select * from monthly
