-- metrics: loan_balance, agri_loan_balance, small_micro_loan_balance, npl_balance
-- loads: loan_account@period
-- grain: one row per loan note whose balance counts
select
    'all' as segment,
    'loan_account' as ledger,
    branch_id,
    load_id,
    row_no,
    loan_id as row_key,
    balance as numerator_part,
    cast(null as decimal(18, 2)) as denominator_part,
    five_class_code,
    is_agri,
    is_small_micro,
    is_inclusive,
    contract_status_code,
    due_date
from loan_account
where
    list_contains($branches, branch_id)
    and balance <> 0
    and case $metric_id
        when 'loan_balance' then true
        when 'agri_loan_balance' then is_agri
        when 'small_micro_loan_balance' then is_small_micro
        when 'npl_balance' then five_class_code in ('substandard', 'doubtful', 'loss')
    end
