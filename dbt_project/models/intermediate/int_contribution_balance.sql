-- grain: one row per branch: daily averages there of customers with an inclusive loan in the bank
with

loan as (
    select * from {{ ref('loan_account') }}
    where balance > 0
),

holding as (
    select * from {{ ref('customer_deposit') }}
),

borrower as (
    select
        customer_id,
        bool_or(is_inclusive) as is_inclusive,
        count(*) - count(is_inclusive) as unknown_count
    from loan
    group by customer_id
),

by_branch as (
    select
        holding.branch_id,
        sum(case when borrower.is_inclusive then holding.deposit_daily_avg else 0 end)
            as deposit_daily_avg,
        sum(
            case when borrower.is_inclusive then coalesce(holding.wealth_daily_avg, 0) else 0 end
        ) as wealth_daily_avg,
        sum(case when borrower.is_inclusive then coalesce(holding.loan_daily_avg, 0) else 0 end)
            as loan_daily_avg,
        case
            when sum(borrower.unknown_count) > 0 then 'no_source:loan_account.is_inclusive'
            when
                sum(
                    case
                        when borrower.is_inclusive and holding.loan_daily_avg is null then 1
                        else 0
                    end
                ) > 0
                then 'no_source:customer_deposit.loan_daily_avg'
        end as reason_code
    from holding
    inner join borrower on holding.customer_id = borrower.customer_id
    group by holding.branch_id
)

select * from by_branch
