-- grain: one row per customer with a deposit, wealth product, loan or contract in the year; in
-- force for the closed month
-- generated from pipelines/ledgers/customer_deposit.odcs.yaml (make generate): do not edit
with

source as (
    select * from {{ source('lake', 'customer_deposit') }}
),

renamed as (
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
        _load_id as load_id,
        _row as row_no
    from source
)

select * from renamed
