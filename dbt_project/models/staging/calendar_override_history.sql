-- grain: as calendar_override, for every month of the window in which the load is in force
-- generated from pipelines/ledgers/calendar_override.odcs.yaml (make generate): do not edit
with

source as (
    select * from {{ source('lake', 'calendar_override_history') }}
),

load_in_force as (
    select
        load_id,
        month
    from {{ source('run', 'run_load') }}
    where ledger = 'calendar_override'
),

-- one to many: a register's load is carried forward over the months in which it is in force
monthly as (
    select
        source.calendar_date,
        source.is_workday,
        source.reason,
        load_in_force.month,
        source._load_id as load_id,
        source._row as row_no
    from source
    inner join load_in_force on source._load_id = load_in_force.load_id
)

select * from monthly
