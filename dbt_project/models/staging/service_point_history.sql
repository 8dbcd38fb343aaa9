-- grain: as service_point, for every month of the window in which the load is in force
-- generated from pipelines/ledgers/service_point.odcs.yaml (make generate): do not edit
with

source as (
    select * from {{ source('lake', 'service_point_history') }}
),

load_in_force as (
    select
        load_id,
        month
    from {{ source('run', 'run_load') }}
    where ledger = 'service_point'
),

-- one to many: a register's load is carried forward over the months in which it is in force
monthly as (
    select
        source.point_id,
        source.point_name,
        source.point_type_code,
        source.branch_id,
        source.grid_id,
        source.admin_unit_id,
        source.status_code,
        source.opened_date,
        source.closed_date,
        source.merchant_customer_id,
        source.longitude,
        source.latitude,
        load_in_force.month,
        source._load_id as load_id,
        source._row as row_no
    from source
    inner join load_in_force on source._load_id = load_in_force.load_id
)

select * from monthly
