-- grain: one row per branch with interest collected this year or in the same months of last year
with

event as (
    select * from {{ ref('loan_event_history') }}
    where event_type_code in ('repay', 'repay_reversal')
),

month_window as (
    select * from {{ source('run', 'run_month') }}
),

context as (
    select * from {{ source('run', 'run_context') }}
),

posting as (
    select
        event.branch_id,
        month_window.is_current_year,
        case event.event_type_code
            when 'repay' then event.interest_amount
            else -event.interest_amount
        end as interest
    from event
    inner join month_window on event.month = month_window.month
    cross join context
    where
        month_window.is_current_year
        or substr(month_window.month, 6, 2) <= substr(context.period, 6, 2)
),

by_branch as (
    select
        branch_id,
        sum(case when is_current_year then interest else 0 end) as interest_yuan,
        sum(case when is_current_year then 0 else interest end) as previous_interest_yuan,
        max(case when interest is null then 'no_source:loan_event.interest_amount' end)
            as reason_code
    from posting
    group by branch_id
)

select * from by_branch
