-- grain: one row per branch with loans that fell due in the closed month
with

-- what was paid off before the month began needs no reminder
due as (
    select
        loan.loan_id,
        loan.branch_id,
        loan.due_date,
        before.balance
    from {{ ref('loan_account') }} as loan
    inner join {{ source('run', 'run_context') }} as context
        on loan.due_date between context.period_start and context.period_end
    inner join {{ ref('loan_account_history') }} as before
        on
            loan.loan_id = before.loan_id
            and context.previous_period = before.month
            and coalesce(before.balance > 0, true)
),

reminder as (
    select
        engagement.loan_id,
        min(engagement.event_date) as first_date
    from {{ ref('engagement_history') }} as engagement
    inner join {{ source('run', 'run_context') }} as context
        on engagement.month in (context.period, context.previous_period)
    where engagement.engagement_type_code = 'predue_reminder'
    group by engagement.loan_id
),

by_branch as (
    select
        due.branch_id,
        count(*) as due_count,
        sum(case when reminder.first_date <= due.due_date then 1 else 0 end) as reminded_count,
        max(case when due.balance is null then 'no_source:loan_account.balance' end)
            as reason_code
    from due
    left join reminder on due.loan_id = reminder.loan_id
    group by due.branch_id
)

select * from by_branch
