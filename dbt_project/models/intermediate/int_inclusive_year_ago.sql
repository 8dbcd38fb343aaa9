-- grain: one row per branch: inclusive balance at period end and a year before
with

loan as (
    select * from {{ ref('loan_account_history') }}
    where balance <> 0
),

context as (
    select * from {{ source('run', 'run_context') }}
),

by_branch as (
    select
        loan.branch_id,
        sum(
            case when loan.is_inclusive and loan.month = context.period then loan.balance else 0 end
        )
            as closing_balance,
        sum(
            case
                when loan.is_inclusive and loan.month <> context.period then loan.balance
                else 0
            end
        ) as opening_balance,
        case
            when count(*) > count(loan.is_inclusive) then 'no_source:loan_account.is_inclusive'
        end as reason_code
    from loan
    inner join context
        on
            loan.month in (
                context.period, {{ month_of(add_years('context.period_end', -1)) }}
            )
    group by loan.branch_id
)

select * from by_branch
