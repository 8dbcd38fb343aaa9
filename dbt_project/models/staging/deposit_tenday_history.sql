-- grain: as deposit_tenday, for every month of the window in which the load is in force
-- generated from pipelines/ledgers/deposit_tenday.odcs.yaml (make generate): do not edit
with

source as (
    select * from {{ source('lake', 'deposit_tenday_history') }}
),

monthly as (
    select
        branch_id,
        balance_date,
        deposit_balance,
        currency_code,
        _period as month,
        _load_id as load_id,
        _row as row_no
    from source
)

select * from monthly
