-- grain: as gl_balance, for every month of the window in which the load is in force
-- generated from pipelines/ledgers/gl_balance.odcs.yaml (make generate): do not edit
with

source as (
    select * from {{ source('lake', 'gl_balance_history') }}
),

monthly as (
    select
        branch_id,
        subject_code,
        subject_name,
        data_date,
        currency_code,
        closing_balance,
        control_item_code,
        _period as month,
        _load_id as load_id,
        _row as row_no
    from source
)

select * from monthly
