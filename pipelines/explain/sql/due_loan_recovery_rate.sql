-- metrics: due_loan_recovery_rate
-- loads: loan_account@period, loan_account@year_start, loan_event@year
-- switches: recovery_event_types
-- labels: due_row=到期依据|due date found in
-- grain: denominator: one row per year-start balance or disbursement of a loan originally due in the
--     year to date; numerator: one row per collection on such a loan
with

due_loan as (
    select
        loan.loan_id,
        loan.branch_id,
        loan.original_due_date,
        loan.due_date,
        loan.load_id as due_row_load_id,
        loan.row_no as due_row_row_no,
        ',' || replace(switch.recovery_event_types, ' ', '') || ',' as collected_types
    from loan_account as loan
    inner join run.run_context as context
        on loan.original_due_date between context.year_start and context.period_end
    inner join int_switch as switch on loan.branch_id = switch.org_id
    where list_contains($branches, loan.branch_id)
),

opening as (
    select
        'loan_account' as ledger,
        due_loan.branch_id,
        loan.load_id,
        loan.row_no,
        loan.loan_id as row_key,
        cast(null as decimal(18, 2)) as numerator_part,
        loan.balance as denominator_part,
        due_loan.loan_id,
        due_loan.original_due_date,
        due_loan.due_date,
        cast(null as date) as event_date,
        cast(null as varchar) as event_type_code,
        due_loan.due_row_load_id,
        due_loan.due_row_row_no
    from due_loan
    inner join loan_account_history as loan on due_loan.loan_id = loan.loan_id
    inner join run.run_context as context on loan.month = context.previous_year_end_period
    where loan.balance <> 0
),

-- what counts as collected is a switch (AMB-030); a reversal is taken back
posting as (
    select
        'loan_event' as ledger,
        due_loan.branch_id,
        event.load_id,
        event.row_no,
        event.event_id as row_key,
        case
            when event.event_type_code = 'repay_reversal' then -event.principal_amount
            when due_loan.collected_types like '%,' || event.event_type_code || ',%'
                then event.principal_amount
        end as numerator_part,
        case when event.event_type_code = 'disburse' then event.principal_amount end
            as denominator_part,
        due_loan.loan_id,
        due_loan.original_due_date,
        due_loan.due_date,
        event.event_date,
        event.event_type_code,
        due_loan.due_row_load_id,
        due_loan.due_row_row_no
    from due_loan
    inner join loan_event_history as event on due_loan.loan_id = event.loan_id
    inner join run.run_month as month_window
        on event.month = month_window.month and month_window.is_current_year
    where event.principal_amount <> 0
)

select
    'all' as segment,
    *
from opening
union all
select
    'all' as segment,
    *
from posting
where numerator_part is not null or denominator_part is not null
