-- grain: one row per active organisation and plan item that has an actual
with

context as (
    select * from {{ source('run', 'run_context') }}
),

month_window as (
    select * from {{ source('run', 'run_month') }}
),

organisation as (
    select * from {{ ref('int_org') }}
    where is_active
),

member as (
    select * from {{ ref('int_org_member') }}
),

source_gap as (
    select * from {{ ref('int_source_gap') }}
),

deposit_point as (
    select * from {{ ref('int_deposit_point') }}
),

lending as (
    select * from {{ ref('int_lending') }}
),

expense as (
    select * from {{ ref('branch_expense_history') }}
    where
        business_line_code = 'all'
        and expense_item_code in (
            'personnel',
            'operating',
            'variable',
            'allocated',
            'infrastructure',
            'part_time_allowance',
            'public_relation'
        )
),

staff as (
    select * from {{ ref('staff') }}
    where status_code <> 'left'
),

net_increase as (
    select * from {{ ref('int_deposit_net_increase') }}
),

interest as (
    select * from {{ ref('int_interest_income') }}
),

recovery as (
    select * from {{ ref('int_npl_recovery') }}
),

position as (
    select * from {{ ref('int_loan_position') }}
),

by_branch as (
    select
        branch_id,
        'deposit_year_end_net_increase' as plan_item_code,
        closing_balance - opening_balance as amount,
        coalesce(closing_reason, opening_reason) as reason_code
    from deposit_point
    union all
    select
        branch_id,
        'lending' as plan_item_code,
        lending_yuan as amount,
        reason_code
    from lending
    union all
    select
        expense.branch_id,
        'expense' as plan_item_code,
        sum(expense.amount) as amount,
        max(case when expense.amount is null then 'no_source:branch_expense.amount' end)
            as reason_code
    from expense
    inner join context
        on expense.booked_date between context.year_start and context.period_end
    group by expense.branch_id
    union all
    select
        branch_id,
        'establishment_headcount' as plan_item_code,
        sum(case when is_on_establishment then 1 else 0 end) as amount,
        max(case when is_on_establishment is null then 'no_source:staff.is_on_establishment' end)
            as reason_code
    from staff
    group by branch_id
),

by_org as (
    select
        member.org_level,
        member.org_id,
        by_branch.plan_item_code,
        sum(by_branch.amount) as amount,
        max(by_branch.reason_code) as reason_code
    from by_branch
    inner join member on by_branch.branch_id = member.branch_id
    group by
        member.org_level,
        member.org_id,
        by_branch.plan_item_code
),

needed as (
    select
        'deposit_year_end_net_increase' as plan_item_code,
        'deposit_tenday' as ledger,
        month_window.month
    from month_window
    cross join context
    where month_window.month in (context.period, context.previous_year_end_period)
    union all
    select
        'lending' as plan_item_code,
        'loan_event' as ledger,
        month
    from month_window
    where is_current_year
    union all
    select
        'expense' as plan_item_code,
        'branch_expense' as ledger,
        month
    from month_window
    where is_current_year
    union all
    select
        'establishment_headcount' as plan_item_code,
        'staff' as ledger,
        period as month
    from context
),

missing as (
    select
        needed.plan_item_code,
        source_gap.org_id,
        min(source_gap.reason_code) as reason_code
    from needed
    inner join source_gap
        on needed.ledger = source_gap.ledger and needed.month = source_gap.month
    group by
        needed.plan_item_code,
        source_gap.org_id
),

item as (
    select distinct plan_item_code from needed
),

actual as (
    select
        organisation.org_level,
        organisation.org_id,
        item.plan_item_code,
        cast(coalesce(by_org.amount, 0) as decimal(38, 6)) as amount,
        coalesce(missing.reason_code, by_org.reason_code) as reason_code
    from organisation
    cross join item
    left join by_org
        on
            organisation.org_level = by_org.org_level
            and organisation.org_id = by_org.org_id
            and item.plan_item_code = by_org.plan_item_code
    left join missing
        on
            organisation.org_id = missing.org_id
            and item.plan_item_code = missing.plan_item_code
    union all
    select
        net_increase.org_level,
        net_increase.org_id,
        'deposit_tenday_avg_net_increase' as plan_item_code,
        cast(net_increase.deposit_net_increase_yuan as decimal(38, 6)) as amount,
        net_increase.reason_code
    from net_increase
    inner join context on net_increase.month = context.period
    union all
    select
        interest.org_level,
        interest.org_id,
        'interest_income' as plan_item_code,
        cast(interest.interest_income_yuan as decimal(38, 6)) as amount,
        interest.reason_code
    from interest
    inner join context on interest.month = context.period
    union all
    select
        recovery.org_level,
        recovery.org_id,
        'npl_recovery' as plan_item_code,
        cast(recovery.npl_recovery_yuan as decimal(38, 6)) as amount,
        recovery.reason_code
    from recovery
    inner join context on recovery.month = context.period
    union all
    select
        closing.org_level,
        closing.org_id,
        'inclusive_net_increase' as plan_item_code,
        cast(closing.inclusive_balance - opening.inclusive_balance as decimal(38, 6))
            as amount,
        coalesce(
            closing.balance_reason,
            closing.inclusive_reason,
            opening.balance_reason,
            opening.inclusive_reason
        ) as reason_code
    from position as closing
    inner join position as opening
        on
            closing.org_level = opening.org_level
            and closing.org_id = opening.org_id
            and closing.point_code = 'period_end'
            and opening.point_code = 'year_start'
)

select * from actual
