-- metrics: loan_count, loan_amount
-- loads: loan_account@period
-- grain: one row per loan note, for all of them and for its contract status
select
    unnest(['all', contract_status_code]) as segment,
    'loan_account' as ledger,
    branch_id,
    load_id,
    row_no,
    loan_id as row_key,
    case $metric_id when 'loan_count' then 1 else loan_amount end as numerator_part,
    cast(null as decimal(18, 2)) as denominator_part,
    contract_status_code,
    disbursement_date,
    due_date
from loan_account
where list_contains($branches, branch_id)
