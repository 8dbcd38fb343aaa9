-- metrics: churn_winback_rate, churn_reason_customer_count
-- loads: engagement@year, loan_account@rows
-- labels: loan_row=新贷款|new loan
-- grain: one row per churn revisit of the year; a customer's first of a segment carries 1
with

revisit as (
    select
        engagement.*,
        row_number() over (
            partition by engagement.branch_id, engagement.customer_id
            order by engagement.event_date desc, engagement.engagement_id desc
        ) as from_last,
        min(engagement.event_date) over (
            partition by engagement.branch_id, engagement.customer_id
        ) as first_date
    from engagement_history as engagement
    inner join run.run_context as context
        on engagement.event_date between context.year_start and context.period_end
    where
        list_contains($branches, engagement.branch_id)
        and engagement.engagement_type_code = 'churn_revisit'
        and engagement.customer_id is not null
),

newest as (
    select
        loan.*,
        row_number() over (
            partition by loan.customer_id order by loan.disbursement_date desc, loan.loan_id
        ) as occurrence
    from loan_account as loan
    inner join run.run_context as context on loan.disbursement_date <= context.period_end
),

placed as (
    select
        'all' as segment,
        revisit.*
    from revisit
    union all
    select
        churn_reason_code as segment,
        revisit.*
    from revisit
    where $metric_id = 'churn_reason_customer_count' and from_last = 1
),

counted as (
    select
        placed.*,
        coalesce(placed.first_date < newest.disbursement_date, false) as is_won_back,
        newest.load_id as loan_row_load_id,
        newest.row_no as loan_row_row_no,
        row_number() over (
            partition by placed.segment, placed.customer_id
            order by
                coalesce(placed.first_date < newest.disbursement_date, false) desc,
                placed.event_date,
                placed.engagement_id
        ) as occurrence
    from placed
    left join newest on placed.customer_id = newest.customer_id and newest.occurrence = 1
)

select
    segment,
    'engagement' as ledger,
    branch_id,
    load_id,
    row_no,
    engagement_id as row_key,
    case
        when occurrence > 1 then 0
        when $metric_id = 'churn_winback_rate' and not is_won_back then 0
        else 1
    end as numerator_part,
    case
        when $metric_id = 'churn_reason_customer_count' then null
        when occurrence > 1 then 0
        else 1
    end as denominator_part,
    customer_id,
    event_date,
    churn_reason_code,
    case when is_won_back then loan_row_load_id end as loan_row_load_id,
    case when is_won_back then loan_row_row_no end as loan_row_row_no
from counted
