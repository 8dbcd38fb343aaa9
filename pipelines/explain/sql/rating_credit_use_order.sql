-- metrics: rating_credit_use_order
-- loads: loan_account@period, credit_line@period
-- grain: one row per loan note of the year that no line of its customer covers in order
select
    'all' as segment,
    'loan_account' as ledger,
    loan.branch_id,
    loan.load_id,
    loan.row_no,
    loan.loan_id as row_key,
    1 as numerator_part,
    cast(null as integer) as denominator_part,
    loan.customer_id,
    loan.disbursement_date,
    loan.disbursement_kind_code,
    loan.contract_status_code
from loan_account as loan
cross join run.run_context as context
where
    list_contains($branches, loan.branch_id)
    and loan.disbursement_date between context.year_start and context.period_end
    and not exists (
        select 1
        from credit_line as line
        where
            line.customer_id = loan.customer_id
            and line.rating_date <= line.effective_date
            and line.effective_date <= loan.disbursement_date
            and coalesce(line.expiry_date >= loan.disbursement_date, true)
    )
