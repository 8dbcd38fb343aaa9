-- metrics: predue_collection_rate
-- loads: loan_account@period, engagement@rows
-- labels: before_row=上月末依据|balance before found in, reminder_row=提醒记录|reminder
-- grain: one row per loan note that fell due in the closed month with a balance the month before
with

context as (
    select * from run.run_context
),

reminder as (
    select
        engagement.*,
        row_number() over (
            partition by engagement.loan_id order by engagement.event_date, engagement.engagement_id
        ) as occurrence
    from engagement_history as engagement
    inner join context
        on engagement.month = context.period or engagement.month = context.previous_period
    where engagement.engagement_type_code = 'predue_reminder'
)

select
    'all' as segment,
    'loan_account' as ledger,
    loan.branch_id,
    loan.load_id,
    loan.row_no,
    loan.loan_id as row_key,
    case when reminder.event_date <= loan.due_date then 1 else 0 end as numerator_part,
    1 as denominator_part,
    loan.due_date,
    reminder.event_date,
    before.load_id as before_row_load_id,
    before.row_no as before_row_row_no,
    reminder.load_id as reminder_row_load_id,
    reminder.row_no as reminder_row_row_no
from loan_account as loan
inner join context on loan.due_date between context.period_start and context.period_end
inner join loan_account_history as before
    on
        loan.loan_id = before.loan_id
        and before.month = context.previous_period
        and before.balance > 0
left join reminder on loan.loan_id = reminder.loan_id and reminder.occurrence = 1
where list_contains($branches, loan.branch_id)
