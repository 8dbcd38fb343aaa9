-- metrics: interest_yoy_change
-- loads: loan_event@rows
-- grain: one row per repayment or reversal with interest of this year, and of the same months of
--     last year (subtracted)
with

posting as (
    select
        event.*,
        month_window.is_current_year,
        case event.event_type_code
            when 'repay' then event.interest_amount
            else -event.interest_amount
        end as interest
    from loan_event_history as event
    inner join run.run_month as month_window on event.month = month_window.month
    cross join run.run_context as context
    where
        list_contains($branches, event.branch_id)
        and event.event_type_code in ('repay', 'repay_reversal')
        and event.interest_amount <> 0
        and (
            month_window.is_current_year
            or extract(month from event.event_date) <= extract(month from context.period_end)
        )
)

select
    'all' as segment,
    'loan_event' as ledger,
    branch_id,
    load_id,
    row_no,
    event_id as row_key,
    case when is_current_year then interest else -interest end as numerator_part,
    case when not is_current_year then interest end as denominator_part,
    loan_id,
    event_date,
    event_type_code
from posting
