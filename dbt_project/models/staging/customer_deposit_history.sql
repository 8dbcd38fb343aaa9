-- grain: as customer_deposit, for every month of the window in which the load is in force
-- generated from pipelines/ledgers/customer_deposit.odcs.yaml (make generate): do not edit
with

source as (
    select * from {{ source('lake', 'customer_deposit_history') }}
),

monthly as (
    select
        customer_id,
        branch_id,
        data_date,
        deposit_balance,
        deposit_daily_avg,
        wealth_balance,
        wealth_daily_avg,
        loan_daily_avg,
        is_acquiring_signed,
        acquiring_date,
        is_payroll_signed,
        payroll_date,
        has_settlement_account,
        mobile_last_date,
        e_pay_last_date,
        corporate_bank_last_date,
        currency_code,
        _period as month,
        _load_id as load_id,
        _row as row_no
    from source
)

select * from monthly
