-- grain: one row per organisation (branch or bank), scheme, metric, segment and phase whose goal
-- applies to it in the closed month
with

organisation as (
    select * from {{ ref('int_org') }}
    where is_active
),

binding as (
    select * from {{ ref('int_scheme_binding') }}
),

goal as (
    select * from {{ ref('int_scheme_goal') }}
),

plan as (
    select * from {{ ref('int_scheme_plan') }}
),

pilot as (
    select branch_id from {{ ref('int_outlet') }}
    where is_strong_county_pilot
),

bound_branch as (
    select
        organisation.org_level,
        organisation.org_id,
        binding.scheme_id,
        organisation.bank_id
    from organisation
    inner join binding on organisation.org_id = binding.org_id
    where organisation.org_level = 'branch'
),

bound_bank as (
    select
        organisation.org_id as bank_id,
        binding.scheme_id
    from organisation
    inner join binding on organisation.org_id = binding.org_id
    where organisation.org_level = 'bank'
),

branch_count as (
    select count(*) as active_count
    from organisation
    where org_level = 'branch'
),

-- The bank is measured against every scheme that one of its branches follows, but judged only where
-- all of them follow it (AMB-008) or it is bound itself.
part as (
    select
        bank_id,
        scheme_id,
        1 as branch_count,
        0 as bank_count
    from bound_branch
    union all
    select
        bank_id,
        scheme_id,
        0 as branch_count,
        1 as bank_count
    from bound_bank
),

bound as (
    select
        org_level,
        org_id,
        scheme_id,
        true as is_uniform
    from bound_branch
    union all
    select
        'bank' as org_level,
        part.bank_id as org_id,
        part.scheme_id,
        sum(part.bank_count) > 0 or sum(part.branch_count) = branch_count.active_count
            as is_uniform
    from part
    cross join branch_count
    group by
        part.bank_id,
        part.scheme_id,
        branch_count.active_count
),

-- Without a start year no phase is known, and every phase is shown without a verdict. A total meant
-- for the whole bank says nothing about one branch, nor a number for each pilot about the others.
applied as (
    select
        bound.org_level,
        bound.org_id,
        bound.scheme_id,
        bound.is_uniform,
        goal.metric_id,
        goal.definition_id,
        goal.segment,
        goal.phase,
        goal.phase_order,
        goal.period_kind,
        goal.pace_code,
        goal.status_code,
        goal.operator,
        goal.target,
        goal.target_unit,
        goal.kind,
        goal.better,
        plan.start_year,
        case when goal.phase_order is not null then plan.reason_code end as phase_reason
    from bound
    inner join goal on bound.scheme_id = goal.scheme_id
    left join plan on bound.org_id = plan.org_id and bound.scheme_id = plan.scheme_id
    left join pilot on bound.org_id = pilot.branch_id
    where
        case
            when goal.scope_code = 'bank' then bound.org_level = 'bank'
            when goal.scope_code = 'pilot' then pilot.branch_id is not null
            else true
        end
        and (
            goal.phase_order is null
            or plan.plan_year is null
            or goal.phase_order = plan.plan_year
        )
)

select * from applied
