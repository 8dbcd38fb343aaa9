-- metrics: churned_customer_count, churn_rate, churn_revisit_rate
-- loads: loan_account@period, loan_account@year_start, engagement@rows
-- labels: is_churned=是否流失|lost, revisit_row=回访记录|revisit
-- grain: one row per loan note that lists a customer of the figure; a customer's first carries 1
with

context as (
    select * from run.run_context
),

owing as (
    select distinct customer_id
    from loan_account
    where is_inclusive and balance > 0
),

revisit as (
    select
        engagement.*,
        row_number() over (
            partition by engagement.customer_id
            order by engagement.event_date, engagement.engagement_id
        ) as occurrence
    from engagement_history as engagement
    inner join context
        on engagement.event_date between context.year_start and context.period_end
    where engagement.engagement_type_code = 'churn_revisit'
),

listed as (
    select
        loan.*,
        owing.customer_id is null as is_churned,
        revisit.load_id as revisit_row_load_id,
        revisit.row_no as revisit_row_row_no,
        row_number() over (
            partition by loan.customer_id order by loan.month desc, loan.branch_id, loan.loan_id
        ) as occurrence
    from loan_account_history as loan
    inner join context
        on loan.month = context.period or loan.month = context.previous_year_end_period
    left join owing on loan.customer_id = owing.customer_id
    left join revisit on loan.customer_id = revisit.customer_id and revisit.occurrence = 1
    where list_contains($branches, loan.branch_id) and loan.is_inclusive
)

select
    'all' as segment,
    'loan_account' as ledger,
    branch_id,
    load_id,
    row_no,
    loan_id as row_key,
    case
        when occurrence > 1 or not is_churned then 0
        when $metric_id = 'churn_revisit_rate' and revisit_row_load_id is null then 0
        else 1
    end as numerator_part,
    case
        when $metric_id = 'churned_customer_count' then null
        when occurrence > 1 then 0
        else 1
    end as denominator_part,
    customer_id,
    data_date,
    balance,
    is_churned,
    revisit_row_load_id,
    revisit_row_row_no
from listed
where is_churned or $metric_id = 'churn_rate'
