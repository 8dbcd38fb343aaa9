-- grain: one row per branch and customer with a deposit at period end
{{ config(materialized='ephemeral') }}

with

deposit as (
    select * from {{ ref('customer_deposit') }}
    where coalesce(deposit_balance > 0, true)
),

customer as (
    select
        customer_id,
        min(borrower_category_code) as borrower_category_code
    from {{ ref('customer') }}
    group by customer_id
),

borrower as (
    select
        customer_id,
        max(case when balance is null then 'no_source:loan_account.balance' end) as balance_reason
    from {{ ref('loan_account') }}
    where coalesce(balance > 0, true)
    group by customer_id
),

by_customer as (
    select
        deposit.branch_id,
        deposit.customer_id,
        sum(deposit.deposit_balance) as deposit_balance,
        bool_or(customer.borrower_category_code in ('enterprise', 'other_organisation'))
            as is_corporate,
        bool_or(borrower.customer_id is not null) as has_loan,
        max(
            case
                when deposit.deposit_balance is null
                    then 'no_source:customer_deposit.deposit_balance'
            end
        ) as balance_reason,
        max(
            case
                when customer.borrower_category_code is null
                    then 'no_source:customer.borrower_category_code'
            end
        ) as category_reason,
        max(borrower.balance_reason) as loan_reason
    from deposit
    left join customer on deposit.customer_id = customer.customer_id
    left join borrower on deposit.customer_id = borrower.customer_id
    group by
        deposit.branch_id,
        deposit.customer_id
)

select * from by_customer
