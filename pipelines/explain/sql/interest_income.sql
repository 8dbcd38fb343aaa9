-- metrics: interest_income
-- loads: loan_event@year
-- grain: one row per repayment or reversal of the year with interest
select
    'all' as segment,
    'loan_event' as ledger,
    event.branch_id,
    event.load_id,
    event.row_no,
    event.event_id as row_key,
    case event.event_type_code
        when 'repay' then event.interest_amount
        else -event.interest_amount
    end as numerator_part,
    cast(null as decimal(18, 2)) as denominator_part,
    event.loan_id,
    event.event_date,
    event.event_type_code
from loan_event_history as event
inner join run.run_month as month_window
    on event.month = month_window.month and month_window.is_current_year
where
    list_contains($branches, event.branch_id)
    and event.event_type_code in ('repay', 'repay_reversal')
    and event.interest_amount <> 0
