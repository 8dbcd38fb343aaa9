-- grain: one row per branch, five-level class and customer with a balance in it at period end
{{ config(materialized='ephemeral') }}

with

loan as (
    select * from {{ ref('loan_account') }}
    where coalesce(balance > 0, true)
),

-- a loan of unknown class or balance stays in, to be reported as unknown
by_customer as (
    select
        branch_id,
        customer_id,
        five_class_code,
        max(case when balance is null then 'no_source:loan_account.balance' end)
            as balance_reason,
        max(case when five_class_code is null then 'no_source:loan_account.five_class_code' end)
            as class_reason
    from loan
    group by
        branch_id,
        customer_id,
        five_class_code
)

select * from by_customer
