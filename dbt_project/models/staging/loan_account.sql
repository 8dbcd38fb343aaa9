-- grain: one row per loan note (借据) at month end: every loan with a balance at any time in the
-- calendar year, settled ones with balance 0 until December; in force for the closed month
-- generated from pipelines/ledgers/loan_account.odcs.yaml (make generate): do not edit
with

source as (
    select * from {{ source('lake', 'loan_account') }}
),

renamed as (
    select
        loan_id,
        customer_id,
        branch_id,
        data_date,
        contract_no,
        product_code,
        product_name,
        currency_code,
        loan_amount,
        balance,
        disbursement_date,
        original_due_date,
        due_date,
        annual_rate,
        five_class_code,
        contract_status_code,
        disbursement_kind_code,
        prev_loan_id,
        guarantee_type_code,
        purpose_code,
        industry_code,
        is_agri,
        is_small_micro,
        is_inclusive,
        is_bill_finance,
        is_startup_guarantee,
        manager_id,
        product_class_code,
        program_code,
        overdue_days,
        _load_id as load_id,
        _row as row_no
    from source
)

select * from renamed
