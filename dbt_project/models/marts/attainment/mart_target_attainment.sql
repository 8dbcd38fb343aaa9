-- grain: one row per period, organisation, scheme, metric, segment and phase
with

metric as (
    select * from {{ ref('dim_metric') }}
),

-- a goal means the metric's first definition
metric_value as (
    select figure.*
    from {{ ref('mart_metric_value') }} as figure
    inner join metric
        on figure.metric_id = metric.metric_id and figure.definition_id = metric.definition_id
),

target as (
    select * from {{ ref('scheme_target') }}
    where role_code = 'goal'
),

phase as (
    select * from {{ ref('scheme_phase') }}
),

organisation as (
    select * from {{ ref('int_org') }}
    where is_active
),

binding as (
    select * from {{ ref('int_scheme_binding') }}
),

param as (
    select * from {{ ref('int_scheme_param') }}
    where param_name = 'plan_start_year'
),

context as (
    select * from {{ source('run', 'run_context') }}
),

-- One goal per phase it applies to: a phase goal to its own, a yearly or standing goal of a phased
-- scheme to every phase, that of a scheme without phases to every year.
goal as (
    select
        target.scheme_id,
        target.metric_id,
        target.metric_segment as segment,
        coalesce(phase.phase, 'every_year') as phase,
        phase.phase_order,
        target.operator,
        case when target.unit in ('%', 'pp') then target.target * 0.01 else target.target end
            as target,
        metric.unit as target_unit,
        metric.kind
    from target
    inner join metric on target.metric_id = metric.metric_id
    left join phase
        on
            target.scheme_id = phase.scheme_id
            and (target.period_kind <> 'plan_phase' or target.phase = phase.phase)
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

branch_count as (
    select count(*) as active_count
    from organisation
    where org_level = 'branch'
),

-- The bank is measured against every scheme that one of its branches follows, but judged only where
-- all of them follow it (AMB-008).
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
        bound_branch.bank_id as org_id,
        bound_branch.scheme_id,
        count(*) = branch_count.active_count as is_uniform
    from bound_branch
    cross join branch_count
    group by
        bound_branch.bank_id,
        bound_branch.scheme_id,
        branch_count.active_count
),

-- plan_start_year is redacted in the sources: without the bank's value no phase is known, and every
-- phase is shown without a verdict
phased as (
    select
        bound.org_level,
        bound.org_id,
        bound.scheme_id,
        bound.is_uniform,
        goal.metric_id,
        goal.segment,
        goal.phase,
        goal.operator,
        goal.target,
        goal.target_unit,
        goal.kind,
        case
            when goal.phase_order is null then null
            when param.org_id is null then 'missing_parameter:plan_start_year'
            when param.param_number is null then 'invalid_parameter:plan_start_year'
        end as phase_reason
    from bound
    inner join goal on bound.scheme_id = goal.scheme_id
    cross join context
    left join param on bound.org_id = param.org_id and bound.scheme_id = param.scheme_id
    where
        goal.phase_order is null
        or param.param_number is null
        or goal.phase_order = {{ year_of('context.period_end') }} - param.param_number + 1
),

compared as (
    select
        metric_value.period,
        phased.org_level,
        phased.org_id,
        phased.scheme_id,
        phased.metric_id,
        phased.segment,
        phased.phase,
        phased.operator,
        phased.target,
        phased.target_unit,
        metric_value.value,
        coalesce(
            metric_value.reason_code,
            phased.phase_reason,
            case when not phased.is_uniform then 'mixed_schemes' end
        ) as reason_code,
        -- ratios are compared multiplied out, on unrounded numbers (AMB-104)
        case
            when phased.kind = 'ratio' then metric_value.numerator
            else metric_value.value
        end as actual,
        case
            when phased.kind = 'ratio' then phased.target * metric_value.denominator
            else phased.target
        end as required
    from phased
    inner join metric_value
        on
            phased.org_id = metric_value.org_id
            and phased.metric_id = metric_value.metric_id
            and phased.segment = metric_value.segment
),

attainment as (
    select
        period,
        org_level,
        org_id,
        scheme_id,
        metric_id,
        segment,
        phase,
        operator,
        cast(target as decimal(38, 6)) as target,
        target_unit,
        value,
        cast(value - target as decimal(38, 6)) as gap,
        case
            when reason_code is not null then null
            when operator = '>=' then actual >= required
            when operator = '>' then actual > required
            when operator = '<=' then actual <= required
            when operator = '<' then actual < required
            -- a share to be selected is met by the nearest whole number of units
            when operator = '=' and target_unit = 'ratio'
                then actual >= {{ round_half_up('required', 0) }}
            when operator = '=' then actual = required
        end as is_attained,
        reason_code
    from compared
)

select * from attainment
