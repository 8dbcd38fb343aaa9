-- metrics: loan_customer_visit_rate
-- loads: loan_account@period, engagement@rows
-- labels: visit_row=走访记录|visit
-- grain: one row per loan note with a balance; a customer's first carries 1
with

visit as (
    select
        engagement.*,
        row_number() over (
            partition by engagement.customer_id
            order by engagement.event_date, engagement.engagement_id
        ) as occurrence
    from engagement_history as engagement
    inner join run.run_context as context
        on engagement.event_date between context.year_start and context.period_end
    where
        engagement.engagement_type_code in ('visit', 'revisit')
        and engagement.result_code <> 'failed'
),

loan as (
    select
        *,
        row_number() over (partition by customer_id order by branch_id, loan_id) as occurrence
    from loan_account
    where list_contains($branches, branch_id) and balance > 0
)

select
    'all' as segment,
    'loan_account' as ledger,
    loan.branch_id,
    loan.load_id,
    loan.row_no,
    loan.loan_id as row_key,
    case when loan.occurrence = 1 and visit.customer_id is not null then 1 else 0 end
        as numerator_part,
    case when loan.occurrence = 1 then 1 else 0 end as denominator_part,
    loan.customer_id,
    visit.event_date,
    visit.load_id as visit_row_load_id,
    visit.row_no as visit_row_row_no
from loan
left join visit on loan.customer_id = visit.customer_id and visit.occurrence = 1
