-- grain: as scheme_binding, for every month of the window in which the load is in force
-- generated from pipelines/ledgers/scheme_binding.odcs.yaml (make generate): do not edit
with

source as (
    select * from {{ source('lake', 'scheme_binding_history') }}
),

load_in_force as (
    select
        load_id,
        month
    from {{ source('run', 'run_load') }}
    where ledger = 'scheme_binding'
),

-- one to many: a register's load is carried forward over the months in which it is in force
monthly as (
    select
        source.org_id,
        source.scheme_id,
        source.effective_date,
        source.expiry_date,
        source.note,
        load_in_force.month,
        source._load_id as load_id,
        source._row as row_no
    from source
    inner join load_in_force on source._load_id = load_in_force.load_id
)

select * from monthly
