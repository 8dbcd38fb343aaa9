-- grain: one row per branch and customer that had an inclusive loan last year or this year
{{ config(materialized='ephemeral') }}

with

-- December before lists every loan with a balance in last year, the closed month those of this year
listed as (
    select
        loan.branch_id,
        loan.customer_id,
        max(case when loan.is_inclusive is null then 'no_source:loan_account.is_inclusive' end)
            as inclusive_reason
    from {{ ref('loan_account_history') }} as loan
    inner join {{ source('run', 'run_context') }} as context
        on loan.month in (context.period, context.previous_year_end_period)
    where coalesce(loan.is_inclusive, true)
    group by
        loan.branch_id,
        loan.customer_id
),

-- whoever still owes an inclusive loan at any branch is not lost
owing as (
    select
        customer_id,
        max(case when balance is null then 'no_source:loan_account.balance' end) as balance_reason
    from {{ ref('loan_account') }}
    where coalesce(is_inclusive, true) and coalesce(balance > 0, true)
    group by customer_id
),

revisited as (
    select engagement.customer_id
    from {{ ref('engagement_history') }} as engagement
    inner join {{ source('run', 'run_context') }} as context
        on engagement.event_date between context.year_start and context.period_end
    where engagement.engagement_type_code = 'churn_revisit'
    group by engagement.customer_id
),

by_customer as (
    select
        listed.branch_id,
        listed.customer_id,
        owing.customer_id is null as is_churned,
        revisited.customer_id is not null as is_revisited,
        coalesce(listed.inclusive_reason, owing.balance_reason) as reason_code
    from listed
    left join owing on listed.customer_id = owing.customer_id
    left join revisited on listed.customer_id = revisited.customer_id
)

select * from by_customer
