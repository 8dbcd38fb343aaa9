-- grain: one row per branch with loans at period end
with

loan as (
    select * from {{ ref('loan_account') }}
    where coalesce(balance > 0, true)
),

customer as (
    select
        customer_id,
        min(borrower_category_code) as borrower_category_code,
        min(enterprise_size_code) as enterprise_size_code
    from {{ ref('customer') }}
    group by customer_id
),

-- an enterprise without a size, and a customer who is not in the register, are unknown
by_branch as (
    select
        loan.branch_id,
        sum(loan.balance) as balance,
        sum(
            case
                when
                    customer.borrower_category_code = 'enterprise'
                    and customer.enterprise_size_code in ('medium', 'small', 'micro')
                    then loan.balance
                else 0
            end
        ) as sme_balance,
        max(case when loan.balance is null then 'no_source:loan_account.balance' end)
            as balance_reason,
        max(
            case
                when customer.borrower_category_code is null
                    then 'no_source:customer.borrower_category_code'
                when
                    customer.borrower_category_code = 'enterprise'
                    and customer.enterprise_size_code is null
                    then 'no_source:customer.enterprise_size_code'
            end
        ) as size_reason
    from loan
    left join customer on loan.customer_id = customer.customer_id
    group by loan.branch_id
)

select * from by_branch
