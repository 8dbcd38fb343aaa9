-- grain: as customer, for every month of the window in which the load is in force
-- generated from pipelines/ledgers/customer.odcs.yaml (make generate): do not edit
with

source as (
    select * from {{ source('lake', 'customer_history') }}
),

load_in_force as (
    select
        load_id,
        month
    from {{ source('run', 'run_load') }}
    where ledger = 'customer'
),

-- one to many: a register's load is carried forward over the months in which it is in force
monthly as (
    select
        source.customer_id,
        source.id_type_code,
        source.branch_id,
        source.borrower_category_code,
        source.enterprise_size_code,
        source.is_farm_household,
        source.is_rural_collective,
        source.is_cooperative,
        source.is_tech_innovation,
        source.is_disabled,
        source.industry_code,
        source.admin_unit_id,
        source.opened_date,
        source.is_low_income,
        source.staff_count,
        source.operating_revenue,
        source.total_assets,
        source.manager_id,
        load_in_force.month,
        source._load_id as load_id,
        source._row as row_no
    from source
    inner join load_in_force on source._load_id = load_in_force.load_id
)

select * from monthly
