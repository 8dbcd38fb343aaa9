-- grain: as credit_line, for every month of the window in which the load is in force
-- generated from pipelines/ledgers/credit_line.odcs.yaml (make generate): do not edit
with

source as (
    select * from {{ source('lake', 'credit_line_history') }}
),

load_in_force as (
    select
        load_id,
        month
    from {{ source('run', 'run_load') }}
    where ledger = 'credit_line'
),

-- one to many: a register's load is carried forward over the months in which it is in force
monthly as (
    select
        source.credit_line_id,
        source.customer_id,
        source.branch_id,
        source.credit_kind_code,
        source.credit_amount,
        source.currency_code,
        source.effective_date,
        source.expiry_date,
        source.status_code,
        source.program_code,
        source.guarantee_type_code,
        source.is_revolving,
        source.rating_date,
        load_in_force.month,
        source._load_id as load_id,
        source._row as row_no
    from source
    inner join load_in_force on source._load_id = load_in_force.load_id
)

select * from monthly
