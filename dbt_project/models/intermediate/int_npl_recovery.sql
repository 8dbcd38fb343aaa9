-- grain: one row per month of the year to the closed month and active organisation
with

event as (
    select * from {{ ref('loan_event_history') }}
),

loan_history as (
    select * from {{ ref('loan_account_history') }}
),

month_window as (
    select * from {{ source('run', 'run_month') }}
    where is_current_year
),

organisation as (
    select * from {{ ref('int_org') }}
    where is_active or is_in_year
),

member as (
    select * from {{ ref('int_org_member') }}
),

source_gap as (
    select * from {{ ref('int_source_gap') }}
),

-- Class at recovery is that of the month end before; a load without classes is kept as unknown.
classed as (
    select
        loan_id,
        month,
        five_class_code
    from loan_history
    where coalesce(five_class_code, 'unknown') in ('substandard', 'doubtful', 'loss', 'unknown')
),

repayment as (
    select
        event.month,
        event.branch_id,
        event.loan_id,
        month_window.previous_month,
        case
            when event.event_type_code = 'repay' then event.principal_amount
            else -event.principal_amount
        end as principal
    from event
    inner join month_window on event.month = month_window.month
    where event.event_type_code in ('repay', 'repay_reversal')
),

by_branch as (
    select
        repayment.month,
        repayment.branch_id,
        sum(repayment.principal) as recovered,
        count(*) - count(classed.five_class_code) as unknown_class_count,
        count(*) - count(repayment.principal) as unknown_principal_count
    from repayment
    inner join classed
        on repayment.loan_id = classed.loan_id and repayment.previous_month = classed.month
    group by
        repayment.month,
        repayment.branch_id
),

by_org as (
    select
        by_branch.month,
        member.org_id,
        sum(by_branch.recovered) as recovered,
        sum(by_branch.unknown_class_count) as unknown_class_count,
        sum(by_branch.unknown_principal_count) as unknown_principal_count
    from by_branch
    inner join member on by_branch.branch_id = member.branch_id
    group by
        by_branch.month,
        member.org_id
),

year_to_date as (
    select
        month_window.month,
        by_org.org_id,
        sum(by_org.recovered) as recovered,
        sum(by_org.unknown_class_count) as unknown_class_count,
        sum(by_org.unknown_principal_count) as unknown_principal_count
    from month_window
    inner join by_org on month_window.month >= by_org.month
    group by
        month_window.month,
        by_org.org_id
),

-- events are needed from January to the month, classes from December to the month before
needed as (
    select
        month,
        'loan_event' as ledger,
        month as ledger_month
    from month_window
    union all
    select
        month,
        'loan_account' as ledger,
        previous_month as ledger_month
    from month_window
),

gap_to_date as (
    select
        month_window.month,
        source_gap.org_id,
        min(source_gap.reason_code) as reason_code
    from month_window
    inner join needed on month_window.month >= needed.month
    inner join source_gap
        on needed.ledger = source_gap.ledger and needed.ledger_month = source_gap.month
    group by
        month_window.month,
        source_gap.org_id
),

npl_recovery as (
    select
        month_window.month,
        organisation.org_level,
        organisation.org_id,
        coalesce(year_to_date.recovered, 0) as npl_recovery_yuan,
        coalesce(
            gap_to_date.reason_code,
            case
                when year_to_date.unknown_class_count > 0
                    then 'no_source:loan_account.five_class_code'
                when year_to_date.unknown_principal_count > 0
                    then 'no_source:loan_event.principal_amount'
            end
        ) as reason_code
    from month_window
    cross join organisation
    left join year_to_date
        on month_window.month = year_to_date.month and organisation.org_id = year_to_date.org_id
    left join gap_to_date
        on month_window.month = gap_to_date.month and organisation.org_id = gap_to_date.org_id
)

select * from npl_recovery
