-- grain: one row per branch and customer it revisited in the year as lost
with

revisit as (
    select
        engagement.branch_id,
        engagement.customer_id,
        engagement.event_date,
        engagement.churn_reason_code,
        row_number() over (
            partition by engagement.branch_id, engagement.customer_id
            order by engagement.event_date desc, engagement.engagement_id desc
        ) as from_last
    from {{ ref('engagement_history') }} as engagement
    inner join {{ source('run', 'run_context') }} as context
        on engagement.event_date between context.year_start and context.period_end
    where
        engagement.engagement_type_code = 'churn_revisit'
        and engagement.customer_id is not null
),

by_customer as (
    select
        branch_id,
        customer_id,
        min(event_date) as first_revisit_date,
        max(case when from_last = 1 then churn_reason_code end) as churn_reason_code
    from revisit
    group by
        branch_id,
        customer_id
),

revisited as (
    select distinct customer_id from by_customer
),

newest as (
    select
        loan.customer_id,
        max(loan.disbursement_date) as last_disbursement_date
    from {{ ref('loan_account') }} as loan
    inner join revisited on loan.customer_id = revisited.customer_id
    inner join {{ source('run', 'run_context') }} as context
        on loan.disbursement_date <= context.period_end
    group by loan.customer_id
),

-- a loan of the day of the revisit was agreed before it
won_back as (
    select
        by_customer.branch_id,
        by_customer.customer_id,
        by_customer.churn_reason_code,
        coalesce(by_customer.first_revisit_date < newest.last_disbursement_date, false)
            as is_won_back,
        case
            when by_customer.churn_reason_code is null
                then 'no_source:engagement.churn_reason_code'
        end as churn_reason_reason
    from by_customer
    left join newest on by_customer.customer_id = newest.customer_id
)

select * from won_back
