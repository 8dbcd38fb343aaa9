-- grain: one row per active organisation (branch or bank)
with

loan as (
    select * from {{ ref('loan_account') }}
),

loan_history as (
    select * from {{ ref('loan_account_history') }}
),

event as (
    select * from {{ ref('loan_event_history') }}
),

month_window as (
    select * from {{ source('run', 'run_month') }}
),

context as (
    select * from {{ source('run', 'run_context') }}
),

organisation as (
    select * from {{ ref('int_org') }}
    where is_active
),

member as (
    select * from {{ ref('int_org_member') }}
),

switch as (
    select * from {{ ref('int_switch') }}
),

source_gap as (
    select * from {{ ref('int_source_gap') }}
),

-- Due in the year to date by the original date: an extension does not take a loan out. Settled
-- loans stay in the ledger until December, so the closed month lists them all. An unknown date is
-- kept to be reported.
due_loan as (
    select
        loan.loan_id,
        loan.branch_id,
        loan.original_due_date
    from loan
    inner join context
        on
            loan.original_due_date between context.year_start and context.period_end
            or loan.original_due_date is null
),

opening as (
    select
        loan_history.loan_id,
        loan_history.balance
    from loan_history
    inner join context on loan_history.month = context.previous_year_end_period
    inner join due_loan on loan_history.loan_id = due_loan.loan_id
),

posting as (
    select
        event.loan_id,
        sum(case when event.event_type_code = 'disburse' then event.principal_amount else 0 end)
            as disbursed,
        -- what counts as collected is a switch (AMB-030); shipped: cash repayments only
        sum(
            case
                when event.event_type_code = 'repay_reversal' then -event.principal_amount
                when
                    ',' || replace(switch.recovery_event_types, ' ', '') || ','
                    like '%,' || event.event_type_code || ',%'
                    then event.principal_amount
                else 0
            end
        ) as collected,
        count(*) - count(event.principal_amount) as unknown_principal_count
    from event
    inner join month_window on event.month = month_window.month and month_window.is_current_year
    inner join due_loan on event.loan_id = due_loan.loan_id
    inner join switch on due_loan.branch_id = switch.org_id
    group by event.loan_id
),

by_branch as (
    select
        due_loan.branch_id,
        sum(coalesce(opening.balance, 0) + coalesce(posting.disbursed, 0)) as due_principal,
        sum(coalesce(posting.collected, 0)) as collected_principal,
        count(*) - count(due_loan.original_due_date) as unknown_date_count,
        sum(case when opening.loan_id is not null and opening.balance is null then 1 else 0 end)
            as unknown_balance_count,
        sum(coalesce(posting.unknown_principal_count, 0)) as unknown_principal_count
    from due_loan
    left join opening on due_loan.loan_id = opening.loan_id
    left join posting on due_loan.loan_id = posting.loan_id
    group by due_loan.branch_id
),

by_org as (
    select
        member.org_id,
        sum(by_branch.due_principal) as due_principal,
        sum(by_branch.collected_principal) as collected_principal,
        sum(by_branch.unknown_date_count) as unknown_date_count,
        sum(by_branch.unknown_balance_count) as unknown_balance_count,
        sum(by_branch.unknown_principal_count) as unknown_principal_count
    from by_branch
    inner join member on by_branch.branch_id = member.branch_id
    group by member.org_id
),

needed as (
    select
        'loan_account' as ledger,
        period as month
    from context
    union
    select
        'loan_account' as ledger,
        previous_year_end_period as month
    from context
    union
    select
        'loan_event' as ledger,
        month
    from month_window
    where is_current_year
),

missing as (
    select
        source_gap.org_id,
        min(source_gap.reason_code) as reason_code
    from source_gap
    inner join needed on source_gap.ledger = needed.ledger and source_gap.month = needed.month
    group by source_gap.org_id
),

recovery as (
    select
        organisation.org_level,
        organisation.org_id,
        coalesce(by_org.due_principal, 0) as due_principal,
        coalesce(by_org.collected_principal, 0) as collected_principal,
        coalesce(
            missing.reason_code,
            case
                when by_org.unknown_date_count > 0
                    then 'no_source:loan_account.original_due_date'
                when by_org.unknown_balance_count > 0 then 'no_source:loan_account.balance'
                when by_org.unknown_principal_count > 0
                    then 'no_source:loan_event.principal_amount'
            end
        ) as reason_code
    from organisation
    left join by_org on organisation.org_id = by_org.org_id
    left join missing on organisation.org_id = missing.org_id
)

select * from recovery
