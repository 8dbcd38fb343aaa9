-- metrics: npl_balance_change
-- loads: loan_account@period, loan_account@year_start
-- grain: one row per non-performing loan note at period end, and at year start (subtracted)
with

context as (
    select * from run.run_context
)

select
    'all' as segment,
    'loan_account' as ledger,
    loan.branch_id,
    loan.load_id,
    loan.row_no,
    loan.loan_id as row_key,
    case when loan.month = context.period then loan.balance else -loan.balance end
        as numerator_part,
    cast(null as decimal(18, 2)) as denominator_part,
    loan.data_date,
    loan.five_class_code,
    loan.contract_status_code
from loan_account_history as loan
inner join context
    on loan.month = context.period or loan.month = context.previous_year_end_period
where
    list_contains($branches, loan.branch_id)
    and loan.balance <> 0
    and loan.five_class_code in ('substandard', 'doubtful', 'loss')
