-- grain: one row per month of the year to the closed month and active organisation
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

organisation as (
    select * from {{ ref('int_org') }}
),

member as (
    select * from {{ ref('int_org_member') }}
),

switch as (
    select * from {{ ref('int_switch') }}
),

-- the ten-day points are the 10th, the 20th and the last day of the month
point as (
    select
        deposit.branch_id,
        deposit.month,
        deposit.balance_date,
        deposit.balance_date = month_window.month_end as is_month_end,
        sum(deposit.deposit_balance) as balance
    from deposit
    inner join month_window on deposit.month = month_window.month
    where
        deposit.balance_date = month_window.month_end
        or {{ day_of('deposit.balance_date') }} in (10, 20)
    group by
        deposit.branch_id,
        deposit.month,
        deposit.balance_date,
        month_window.month_end
),

point_month as (
    select
        branch_id,
        month,
        count(balance) as point_count,
        sum(balance) as balance_sum,
        sum(case when is_month_end then balance end) as month_end_balance
    from point
    group by
        branch_id,
        month
),

-- what each branch's month adds, and whether a point is lacking that the reading needs
branch_month as (
    select
        organisation.org_id as branch_id,
        month_window.month,
        month_window.is_current_year,
        coalesce(point_month.point_count, 0) > 0
        or (
            coalesce(organisation.opened_date <= month_window.month_end, true)
            and coalesce(organisation.closed_date > month_window.month_end, true)
        ) as is_open,
        case when month_window.is_current_year then point_month.balance_sum else 0 end
            as year_sum,
        -- the base stands on 36 points in either reading, so that branches add up to the bank
        case
            when month_window.is_current_year then 0
            when switch.deposit_base <> 'last_year_end' then point_month.balance_sum
            when month_window.month = context.previous_year_end_period
                then 36 * point_month.month_end_balance
            else 0
        end as base_sum,
        case
            when month_window.is_current_year or switch.deposit_base <> 'last_year_end'
                then coalesce(point_month.point_count, 0) <> 3
            when month_window.month = context.previous_year_end_period
                then point_month.month_end_balance is null
            else false
        end as is_lacking
    from organisation
    cross join month_window
    cross join context
    inner join switch on organisation.org_id = switch.org_id
    left join point_month
        on organisation.org_id = point_month.branch_id and month_window.month = point_month.month
    where organisation.org_level = 'branch'
),

-- All points of the months in which a branch was open are needed; a branch not yet or no longer
-- open holds no deposits, so its points there are 0.
org_month as (
    select
        member.org_level,
        member.org_id,
        branch_month.month,
        sum(coalesce(branch_month.year_sum, 0)) as year_sum,
        sum(coalesce(branch_month.base_sum, 0)) as base_sum,
        max(case when branch_month.is_lacking and branch_month.is_open then 1 else 0 end) as lacking
    from branch_month
    inner join member on branch_month.branch_id = member.branch_id
    group by
        member.org_level,
        member.org_id,
        branch_month.month
),

closing_month as (
    select
        month,
        cast(substr(month, 6, 2) as integer) as month_number
    from month_window
    where is_current_year
),

to_date as (
    select
        closing_month.month,
        closing_month.month_number,
        org_month.org_level,
        org_month.org_id,
        sum(org_month.year_sum) as year_sum,
        sum(org_month.base_sum) as base_sum,
        min(case when org_month.lacking = 1 then org_month.month end) as lacking_month
    from closing_month
    inner join org_month on closing_month.month >= org_month.month
    group by
        closing_month.month,
        closing_month.month_number,
        org_month.org_level,
        org_month.org_id
),

net_increase as (
    select
        to_date.month,
        to_date.org_level,
        to_date.org_id,
        -- mean of 3 points a month to date, less the mean of 36 points of the base
        {{ ratio(
            '36 * to_date.year_sum - 3 * to_date.month_number * to_date.base_sum',
            '36 * 3 * to_date.month_number'
        ) }} as deposit_net_increase_yuan,
        'no_source:deposit_tenday:' || to_date.lacking_month as reason_code
    from to_date
    inner join organisation on to_date.org_id = organisation.org_id
    where organisation.is_active
)

select * from net_increase
