-- metrics: npl_recovery_amount
-- loads: loan_event@year, loan_account@previous_months
-- labels: class_row=分类依据|class found in
-- grain: one row per repayment or reversal of the year on a loan that was NPL at the month end before
select
    'all' as segment,
    'loan_event' as ledger,
    event.branch_id,
    event.load_id,
    event.row_no,
    event.event_id as row_key,
    case event.event_type_code
        when 'repay' then event.principal_amount
        else -event.principal_amount
    end as numerator_part,
    cast(null as decimal(18, 2)) as denominator_part,
    event.loan_id,
    event.event_date,
    event.event_type_code,
    loan_before.five_class_code,
    loan_before.load_id as class_row_load_id,
    loan_before.row_no as class_row_row_no
from loan_event_history as event
inner join run.run_month as month_window
    on event.month = month_window.month and month_window.is_current_year
inner join loan_account_history as loan_before
    on
        event.loan_id = loan_before.loan_id
        and month_window.previous_month = loan_before.month
        and loan_before.five_class_code in ('substandard', 'doubtful', 'loss')
where
    list_contains($branches, event.branch_id)
    and event.event_type_code in ('repay', 'repay_reversal')
    and event.principal_amount <> 0
