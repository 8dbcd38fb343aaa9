-- grain: one row per branch: its expense plan of the year in force at period end
with

plan as (
    select * from {{ ref('branch_plan') }}
    where plan_item_code = 'expense'
),

organisation as (
    select * from {{ ref('int_org') }}
    where org_level = 'branch'
),

context as (
    select * from {{ source('run', 'run_context') }}
),

version as (
    select
        plan.org_id as branch_id,
        plan.plan_value,
        row_number() over (
            partition by plan.org_id
            order by plan.effective_date desc, plan.version_no desc
        ) as preference
    from plan
    inner join organisation on plan.org_id = organisation.org_id
    inner join context
        on
            plan.plan_year = {{ year_of('context.period_end') }}
            and plan.effective_date <= context.period_end
),

in_force as (
    select
        branch_id,
        plan_value as plan_amount
    from version
    where preference = 1
)

select * from in_force
