-- grain: one row per branch and earmarked item: spent this year and set apart for it
with

expense as (
    select * from {{ ref('branch_expense_history') }}
    where business_line_code = 'inclusive' and expense_item_code in ('personnel', 'variable')
),

plan as (
    select * from {{ ref('branch_plan') }}
    where plan_item_code in ('personnel_quota', 'variable_quota')
),

outlet as (
    select * from {{ ref('int_outlet') }}
    where is_strong_county_pilot or location_code = 'township'
),

organisation as (
    select * from {{ ref('int_org') }}
    where org_level = 'bank'
),

month_window as (
    select * from {{ source('run', 'run_month') }}
    where is_current_year
),

context as (
    select * from {{ source('run', 'run_context') }}
),

-- the money is for strong-county pilots and township branches; what the bank sets apart as a whole
-- stands in its own row
entitled as (
    select branch_id from outlet
    union
    select org_id as branch_id from organisation
),

spent as (
    select
        expense.branch_id,
        expense.expense_item_code || '_cost' as item,
        sum(expense.amount) as spent_amount
    from expense
    inner join month_window on expense.month = month_window.month
    inner join entitled on expense.branch_id = entitled.branch_id
    group by
        expense.branch_id,
        expense.expense_item_code
),

-- the latest version in force speaks
version as (
    select
        plan.org_id,
        plan.plan_item_code,
        plan.plan_value,
        row_number() over (
            partition by plan.org_id, plan.plan_item_code
            order by plan.effective_date desc, plan.version_no desc
        ) as preference
    from plan
    inner join context
        on
            plan.plan_year = {{ year_of('context.period_end') }}
            and plan.effective_date <= context.period_end
),

quota as (
    select
        version.org_id as branch_id,
        replace(version.plan_item_code, '_quota', '_cost') as item,
        version.plan_value as quota_amount
    from version
    inner join entitled on version.org_id = entitled.branch_id
    where version.preference = 1
),

combined as (
    select
        branch_id,
        item,
        spent_amount,
        cast(0 as decimal(18, 2)) as quota_amount
    from spent
    union all
    select
        branch_id,
        item,
        cast(0 as decimal(18, 2)) as spent_amount,
        quota_amount
    from quota
),

by_branch as (
    select
        branch_id,
        item,
        sum(spent_amount) as spent_amount,
        sum(quota_amount) as quota_amount
    from combined
    group by
        branch_id,
        item
)

select * from by_branch
