-- grain: as admin_unit, for every month of the window in which the load is in force
-- generated from pipelines/ledgers/admin_unit.odcs.yaml (make generate): do not edit
with

source as (
    select * from {{ source('lake', 'admin_unit_history') }}
),

load_in_force as (
    select
        load_id,
        month
    from {{ source('run', 'run_load') }}
    where ledger = 'admin_unit'
),

-- one to many: a register's load is carried forward over the months in which it is in force
monthly as (
    select
        source.admin_unit_id,
        source.admin_unit_name,
        source.unit_kind_code,
        source.township_name,
        source.division_code,
        source.branch_id,
        source.is_urban,
        source.is_pilot,
        source.pilot_from_date,
        source.township_code,
        source.household_count,
        source.population,
        source.whole_village_date,
        source.credit_unit_date,
        source.credit_unit_expiry_date,
        source.credit_township_date,
        source.agreement_date,
        source.longitude,
        source.latitude,
        load_in_force.month,
        source._load_id as load_id,
        source._row as row_no
    from source
    inner join load_in_force on source._load_id = load_in_force.load_id
)

select * from monthly
