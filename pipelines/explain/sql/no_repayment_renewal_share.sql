-- metrics: no_repayment_renewal_share
-- loads: loan_account@period
-- grain: one row per inclusive loan note granted in the year and basis
select
    basis.segment,
    'loan_account' as ledger,
    loan.branch_id,
    loan.load_id,
    loan.row_no,
    loan.loan_id as row_key,
    case
        when loan.disbursement_kind_code = 'renewal_without_repayment'
            then case basis.segment when 'count' then 1 else loan.loan_amount end
    end as numerator_part,
    case basis.segment when 'count' then 1 else loan.loan_amount end as denominator_part,
    loan.disbursement_date,
    loan.disbursement_kind_code,
    loan.prev_loan_id
from loan_account as loan
inner join run.run_context as context
    on loan.disbursement_date between context.year_start and context.period_end
cross join (select unnest(['amount', 'count']) as segment) as basis
where list_contains($branches, loan.branch_id) and loan.is_inclusive
