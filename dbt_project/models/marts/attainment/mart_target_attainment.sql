-- grain: one row per period, organisation, scheme, metric, segment and phase
with

metric_value as (
    select * from {{ ref('mart_metric_value') }}
),

goal as (
    select * from {{ ref('int_scheme_bound_goal') }}
),

tolerance as (
    select
        org_id,
        {{ to_number('switch_value') }} * 0.01 as share
    from {{ ref('int_switch_value') }}
    where switch_name = 'target_tolerance'
),

compared as (
    select
        metric_value.period,
        goal.org_level,
        goal.org_id,
        goal.scheme_id,
        goal.metric_id,
        goal.segment,
        goal.phase,
        goal.period_kind,
        goal.status_code,
        goal.operator,
        goal.target,
        goal.target_unit,
        goal.better,
        metric_value.value,
        coalesce(
            metric_value.reason_code,
            goal.phase_reason,
            case when not goal.is_uniform then 'mixed_schemes' end
        ) as reason_code,
        -- ratios are compared multiplied out, on unrounded numbers (AMB-104)
        case
            when goal.kind = 'ratio' then metric_value.numerator
            else metric_value.value
        end as actual,
        case
            when goal.kind = 'ratio' then goal.target * metric_value.denominator
            else goal.target
        end as required,
        coalesce(tolerance.share, 0) as tolerance
    from goal
    inner join metric_value
        on
            goal.org_id = metric_value.org_id
            and goal.metric_id = metric_value.metric_id
            and goal.segment = metric_value.segment
            -- a goal means the metric's first definition
            and goal.definition_id = metric_value.definition_id
    left join tolerance on goal.org_id = tolerance.org_id
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
            -- about (AMB-081): at most the tolerance on the wrong side
            when operator = '~' and better = 'up' then actual >= required * (1 - tolerance)
            when operator = '~' and better = 'down' then actual <= required * (1 + tolerance)
            when operator = '~'
                then
                    actual >= required * (1 - tolerance)
                    and actual <= required * (1 + tolerance)
        end as is_attained,
        period_kind,
        status_code as target_status_code,
        reason_code
    from compared
)

select * from attainment
