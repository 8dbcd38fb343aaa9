-- grain: one row per organisation (bank, branch), plan year and plan item: the version in force at
-- period end
with

plan as (
    select * from {{ ref('branch_plan') }}
),

organisation as (
    select * from {{ ref('int_org') }}
    where org_level <> 'county'
),

context as (
    select * from {{ source('run', 'run_context') }}
),

ranked as (
    select
        plan.org_id,
        plan.plan_year,
        plan.plan_item_code,
        plan.plan_value,
        row_number() over (
            partition by plan.org_id, plan.plan_year, plan.plan_item_code
            order by plan.version_no desc
        ) as preference
    from plan
    inner join context on plan.effective_date <= context.period_end
),

own as (
    select
        organisation.org_id,
        organisation.org_level,
        organisation.bank_id,
        ranked.plan_year,
        ranked.plan_item_code,
        ranked.plan_value
    from ranked
    inner join organisation on ranked.org_id = organisation.org_id
    where ranked.preference = 1
),

-- the bank's own plan, or the sum of its branches' where it has none
summed as (
    select
        bank_id as org_id,
        plan_year,
        plan_item_code,
        coalesce(
            max(case when org_level = 'bank' then plan_value end),
            sum(case when org_level = 'branch' then plan_value end)
        ) as plan_value
    from own
    group by
        bank_id,
        plan_year,
        plan_item_code
)

select
    org_id,
    cast(plan_year as integer) as plan_year,
    plan_item_code,
    cast(plan_value as decimal(38, 6)) as plan_value
from own
where org_level = 'branch'
union all
select
    org_id,
    cast(plan_year as integer) as plan_year,
    plan_item_code,
    cast(plan_value as decimal(38, 6)) as plan_value
from summed
