-- grain: one row per month of the year to the closed month and active organisation
with

event as (
    select * from {{ ref('loan_event_history') }}
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
    where ledger = 'loan_event'
),

-- interest collected, reversals taken back (AMB-024: cash, not accrual)
by_branch as (
    select
        event.month,
        event.branch_id,
        sum(
            case
                when event.event_type_code = 'repay' then event.interest_amount
                else -event.interest_amount
            end
        ) as interest,
        count(*) - count(event.interest_amount) as unknown_interest_count
    from event
    inner join month_window on event.month = month_window.month
    where event.event_type_code in ('repay', 'repay_reversal')
    group by
        event.month,
        event.branch_id
),

by_org as (
    select
        by_branch.month,
        member.org_id,
        sum(by_branch.interest) as interest,
        sum(by_branch.unknown_interest_count) as unknown_interest_count
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
        sum(by_org.interest) as interest,
        sum(by_org.unknown_interest_count) as unknown_interest_count
    from month_window
    inner join by_org on month_window.month >= by_org.month
    group by
        month_window.month,
        by_org.org_id
),

-- the earliest month of the year that is missing names the reason
gap_to_date as (
    select
        month_window.month,
        source_gap.org_id,
        min(source_gap.reason_code) as reason_code
    from month_window
    inner join source_gap on month_window.month >= source_gap.month
    inner join month_window as gap_month on source_gap.month = gap_month.month
    group by
        month_window.month,
        source_gap.org_id
),

interest_income as (
    select
        month_window.month,
        organisation.org_level,
        organisation.org_id,
        coalesce(year_to_date.interest, 0) as interest_income_yuan,
        coalesce(
            gap_to_date.reason_code,
            case
                when year_to_date.unknown_interest_count > 0
                    then 'no_source:loan_event.interest_amount'
            end
        ) as reason_code
    from month_window
    cross join organisation
    left join year_to_date
        on month_window.month = year_to_date.month and organisation.org_id = year_to_date.org_id
    left join gap_to_date
        on month_window.month = gap_to_date.month and organisation.org_id = gap_to_date.org_id
)

select * from interest_income
