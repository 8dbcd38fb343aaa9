-- grain: as grid_assignment, for every month of the window in which the load is in force
-- generated from pipelines/ledgers/grid_assignment.odcs.yaml (make generate): do not edit
with

source as (
    select * from {{ source('lake', 'grid_assignment_history') }}
),

load_in_force as (
    select
        load_id,
        month
    from {{ source('run', 'run_load') }}
    where ledger = 'grid_assignment'
),

-- one to many: a register's load is carried forward over the months in which it is in force
monthly as (
    select
        source.grid_id,
        source.person_id,
        source.branch_id,
        source.role_code,
        source.employment_code,
        source.organisation_code,
        source.is_primary,
        source.start_date,
        source.end_date,
        source.certificate_no,
        source.is_publicity_officer,
        source.is_information_officer,
        source.is_loan_assistant,
        source.is_supervisor,
        source.is_collector,
        load_in_force.month,
        source._load_id as load_id,
        source._row as row_no
    from source
    inner join load_in_force on source._load_id = load_in_force.load_id
)

select * from monthly
