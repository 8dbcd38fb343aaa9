-- metrics: inclusive_npl_spread, npl_ratio_change
-- loads: loan_account@period, loan_account@rows
-- combine: share
-- grain: one row per loan note with a balance (whole), and again for each that is non-performing
--     (part)
with

context as (
    select * from run.run_context
),

loan as (
    select
        loan.*,
        case $metric_id
            when 'inclusive_npl_spread' then loan.is_inclusive
            else loan.month = context.period
        end as is_first,
        case $metric_id
            when 'inclusive_npl_spread' then true
            else loan.month = context.previous_year_end_period
        end as is_second
    from loan_account_history as loan
    inner join context
        on
            loan.month = context.period
            or (
                $metric_id = 'npl_ratio_change'
                and loan.month = context.previous_year_end_period
            )
    where list_contains($branches, loan.branch_id) and loan.balance <> 0
),

term as (
    select unnest(['part', 'whole']) as term
)

select
    'all' as segment,
    term.term,
    'loan_account' as ledger,
    loan.branch_id,
    loan.load_id,
    loan.row_no,
    loan.loan_id as row_key,
    case when loan.is_first then loan.balance end as numerator_part,
    case when loan.is_second then loan.balance end as denominator_part,
    loan.data_date,
    loan.five_class_code,
    loan.is_inclusive
from loan
cross join term
where term.term = 'whole' or loan.five_class_code in ('substandard', 'doubtful', 'loss')
