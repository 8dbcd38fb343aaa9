-- grain: as staff, for every month of the window in which the load is in force
-- generated from pipelines/ledgers/staff.odcs.yaml (make generate): do not edit
with

source as (
    select * from {{ source('lake', 'staff_history') }}
),

load_in_force as (
    select
        load_id,
        month
    from {{ source('run', 'run_load') }}
    where ledger = 'staff'
),

-- one to many: a register's load is carried forward over the months in which it is in force
monthly as (
    select
        source.staff_id,
        source.branch_id,
        source.post_code,
        source.status_code,
        source.is_on_establishment,
        source.has_business_target,
        source.salary_coefficient,
        source.grade_code,
        source.source_code,
        source.certificate_no,
        source.certificate_expiry_date,
        source.post_start_date,
        source.joined_date,
        source.left_date,
        source.secondment_org_id,
        load_in_force.month,
        source._load_id as load_id,
        source._row as row_no
    from source
    inner join load_in_force on source._load_id = load_in_force.load_id
)

select * from monthly
