-- grain: one row per branch and customer with a loan balance at period end
{{ config(materialized='ephemeral') }}

with

borrower as (
    select
        branch_id,
        customer_id,
        max(case when balance is null then 'no_source:loan_account.balance' end) as reason_code
    from {{ ref('loan_account') }}
    where coalesce(balance > 0, true)
    group by
        branch_id,
        customer_id
),

visited as (
    select engagement.customer_id
    from {{ ref('engagement_history') }} as engagement
    inner join {{ source('run', 'run_context') }} as context
        on engagement.event_date between context.year_start and context.period_end
    where
        engagement.engagement_type_code in ('visit', 'revisit')
        and engagement.result_code <> 'failed'
    group by engagement.customer_id
),

by_customer as (
    select
        borrower.branch_id,
        borrower.customer_id,
        visited.customer_id is not null as is_visited,
        borrower.reason_code
    from borrower
    left join visited on borrower.customer_id = visited.customer_id
)

select * from by_customer
