-- metrics: npl_ratio
-- loads: loan_account@period
-- grain: one row per loan note with a balance
select
    'all' as segment,
    'loan_account' as ledger,
    branch_id,
    load_id,
    row_no,
    loan_id as row_key,
    case when five_class_code in ('substandard', 'doubtful', 'loss') then balance end
        as numerator_part,
    balance as denominator_part,
    five_class_code,
    contract_status_code,
    due_date
from loan_account
where list_contains($branches, branch_id) and balance <> 0
