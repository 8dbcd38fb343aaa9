-- grain: one row per branch that sent ten-day deposits for the closed month or December before
with

deposit as (
    select * from {{ ref('deposit_tenday_history') }}
),

month_window as (
    select * from {{ source('run', 'run_month') }}
),

context as (
    select * from {{ source('run', 'run_context') }}
),

point as (
    select
        deposit.branch_id,
        deposit.month,
        sum(
            case when deposit.balance_date = month_window.month_end then deposit.deposit_balance end
        ) as balance
    from deposit
    inner join month_window on deposit.month = month_window.month
    group by
        deposit.branch_id,
        deposit.month
),

-- a load without the month's last day leaves the balance unknown
by_branch as (
    select
        point.branch_id,
        sum(case when point.month = context.period then point.balance else 0 end)
            as closing_balance,
        sum(case when point.month = context.previous_year_end_period then point.balance else 0 end)
            as opening_balance,
        min(
            case
                when point.month = context.period and point.balance is null
                    then 'no_source:deposit_tenday:' || point.month
            end
        ) as closing_reason,
        min(
            case
                when point.month = context.previous_year_end_period and point.balance is null
                    then 'no_source:deposit_tenday:' || point.month
            end
        ) as opening_reason
    from point
    inner join context
        on
            point.month = context.period
            or point.month = context.previous_year_end_period
    group by point.branch_id
)

select * from by_branch
