-- grain: one row per branch with loans: inclusive balance and households at period end
with

loan as (
    select * from {{ ref('loan_account') }}
),

by_branch as (
    select
        branch_id,
        sum(case when is_inclusive then balance else 0 end) as inclusive_balance,
        count(distinct case when is_inclusive and balance > 0 then customer_id end)
            as household_count,
        count(*) - count(is_inclusive) as unknown_count
    from loan
    group by branch_id
)

select * from by_branch
