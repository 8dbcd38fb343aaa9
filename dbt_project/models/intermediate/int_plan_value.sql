-- grain: one row per active organisation and item planned in money: the year's plan in force
with

plan as (
    select * from {{ ref('branch_plan') }}
),

context as (
    select * from {{ source('run', 'run_context') }}
),

organisation as (
    select * from {{ ref('int_org') }}
    where is_active
),

branch as (
    select * from {{ ref('int_org') }}
    where org_level = 'branch' and is_in_year
),

member as (
    select * from {{ ref('int_org_member') }}
),

source_gap as (
    select source_gap.*
    from {{ ref('int_source_gap') }} as source_gap
    inner join context on source_gap.month = context.period
    where source_gap.ledger = 'branch_plan'
),

item as (
    select code as plan_item_code
    from {{ ref('ledger_code') }}
    where ledger = 'branch_plan' and column_name = 'plan_item_code'
),

-- of several versions in force the highest counts
ranked as (
    select
        plan.org_id,
        plan.plan_item_code,
        plan.plan_value,
        row_number() over (
            partition by plan.org_id, plan.plan_item_code order by plan.version_no desc
        ) as preference
    from plan
    inner join context
        on
            plan.plan_year = {{ year_of('context.period_end') }}
            and plan.effective_date <= context.period_end
),

-- The plan of the bank and of a county is that of its branches; every open branch needs one.
by_org as (
    select
        member.org_level,
        member.org_id,
        item.plan_item_code,
        sum(coalesce(ranked.plan_value, 0)) as plan_value,
        max(
            case
                when branch.is_active and ranked.plan_value is null
                    then 'missing_parameter:branch_plan.' || item.plan_item_code
            end
        ) as reason_code
    from member
    inner join branch on member.branch_id = branch.org_id
    cross join item
    left join ranked
        on
            branch.org_id = ranked.org_id
            and item.plan_item_code = ranked.plan_item_code
            and ranked.preference = 1
    group by
        member.org_level,
        member.org_id,
        item.plan_item_code
),

planned as (
    select
        by_org.org_level,
        by_org.org_id,
        by_org.plan_item_code,
        by_org.plan_value,
        coalesce(source_gap.reason_code, by_org.reason_code) as reason_code
    from by_org
    inner join organisation
        on by_org.org_level = organisation.org_level and by_org.org_id = organisation.org_id
    left join source_gap on by_org.org_id = source_gap.org_id
)

select * from planned
