-- grain: as customer_archive, for every month of the window in which the load is in force
-- generated from pipelines/ledgers/customer_archive.odcs.yaml (make generate): do not edit
with

source as (
    select * from {{ source('lake', 'customer_archive_history') }}
),

load_in_force as (
    select
        load_id,
        month
    from {{ source('run', 'run_load') }}
    where ledger = 'customer_archive'
),

-- one to many: a register's load is carried forward over the months in which it is in force
monthly as (
    select
        source.archive_id,
        source.subject_id,
        source.customer_id,
        source.segment_code,
        source.admin_unit_id,
        source.branch_id,
        source.status_code,
        source.opened_date,
        source.updated_date,
        source.expiry_date,
        source.rating_code,
        source.rating_date,
        source.credit_household_date,
        source.credit_household_expiry_date,
        source.evaluation_date,
        source.capture_channel_code,
        source.member_count,
        load_in_force.month,
        source._load_id as load_id,
        source._row as row_no
    from source
    inner join load_in_force on source._load_id = load_in_force.load_id
)

select * from monthly
