-- grain: one row per branch, product, product class, handler and month of grant
with

loan as (
    select * from {{ ref('loan_account') }}
    where coalesce(balance > 0, true)
),

context as (
    select * from {{ source('run', 'run_context') }}
),

by_vintage as (
    select
        loan.branch_id,
        loan.product_code,
        loan.product_class_code,
        loan.manager_id,
        {{ month_of('min(loan.disbursement_date)') }} as grant_month,
        -- whole months from the month of grant to the closed month
        12 * ({{ year_of('context.period_end') }} - {{ year_of('loan.disbursement_date') }})
        + extract(month from context.period_end)
        - extract(month from loan.disbursement_date) as grant_age,
        count(*) as loan_count,
        sum(loan.balance) as balance,
        sum(case when loan.overdue_days > 0 then loan.balance else 0 end) as overdue_balance,
        sum(
            case
                when loan.five_class_code in ('substandard', 'doubtful', 'loss')
                    then loan.balance
                else 0
            end
        ) as npl_balance,
        max(
            case
                when loan.balance is null then 'no_source:loan_account.balance'
                when loan.disbursement_date is null then 'no_source:loan_account.disbursement_date'
            end
        ) as balance_reason,
        max(
            case when loan.five_class_code is null then 'no_source:loan_account.five_class_code' end
        ) as class_reason,
        max(case when loan.overdue_days is null then 'no_source:loan_account.overdue_days' end)
            as overdue_reason
    from loan
    cross join context
    group by
        loan.branch_id,
        loan.product_code,
        loan.product_class_code,
        loan.manager_id,
        12 * ({{ year_of('context.period_end') }} - {{ year_of('loan.disbursement_date') }})
        + extract(month from context.period_end)
        - extract(month from loan.disbursement_date)
)

select * from by_vintage
