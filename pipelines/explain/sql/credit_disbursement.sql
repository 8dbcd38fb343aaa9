-- metrics: credit_disbursement
-- loads: loan_event@year, loan_account@period, loan_account@year_start
-- switches: lending_basis
-- grain: one row per disbursement of the year; of branches that read net growth one row per loan note
--     with a balance at period end, or in December before (subtracted)
with

context as (
    select * from run.run_context
),

basis as (
    select
        org_id,
        switch_value
    from int_switch_value
    where switch_name = 'lending_basis'
)

select
    'all' as segment,
    'loan_event' as ledger,
    event.branch_id,
    event.load_id,
    event.row_no,
    event.event_id as row_key,
    event.principal_amount as numerator_part,
    cast(null as decimal(18, 2)) as denominator_part,
    event.loan_id,
    event.event_date,
    event.event_type_code
from loan_event_history as event
inner join run.run_month as month_window
    on event.month = month_window.month and month_window.is_current_year
inner join basis on event.branch_id = basis.org_id and basis.switch_value = 'gross_disbursement'
where
    list_contains($branches, event.branch_id)
    and event.event_type_code = 'disburse'
    and event.principal_amount <> 0
union all
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
    loan.loan_id,
    loan.data_date as event_date,
    cast(null as varchar) as event_type_code
from loan_account_history as loan
inner join context
    on loan.month = context.period or loan.month = context.previous_year_end_period
inner join basis on loan.branch_id = basis.org_id and basis.switch_value = 'net_growth'
where list_contains($branches, loan.branch_id) and loan.balance <> 0
