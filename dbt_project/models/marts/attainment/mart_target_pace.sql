-- grain: one row per goal that is reached step by step: as mart_target_attainment
with

metric_value as (
    select * from {{ ref('mart_metric_value') }}
),

goal as (
    select * from {{ ref('int_scheme_bound_goal') }}
    where pace_code is not null
),

earlier as (
    select * from {{ source('run', 'run_prior_value') }}
),

tolerance as (
    select
        org_id,
        {{ to_number('switch_value') }} * 0.01 as share
    from {{ ref('int_switch_value') }}
    where switch_name = 'target_tolerance'
),

context as (
    select
        period,
        previous_year_end_period,
        cast(substr(period, 6, 2) as integer) as month_number
    from {{ source('run', 'run_context') }}
),

-- flow: so much of the year is gone. cumulative: so much of the plan, from its first year on.
-- path: from where the year began to the target, so much of the way.
gathered as (
    select
        context.period,
        goal.org_level,
        goal.org_id,
        goal.scheme_id,
        goal.metric_id,
        goal.segment,
        goal.phase,
        goal.pace_code,
        goal.operator,
        goal.better,
        goal.target,
        goal.target_unit,
        goal.operator = '=' and goal.target_unit = 'ratio' as is_in_units,
        metric_value.value,
        case when goal.kind = 'ratio' then metric_value.numerator else metric_value.value end
            as numerator,
        case when goal.kind = 'ratio' then metric_value.denominator else 1 end as denominator,
        case
            when goal.pace_code = 'cumulative'
                then 12 * (goal.phase_order - 1) + context.month_number
            else context.month_number
        end as elapsed_months,
        case when goal.pace_code = 'cumulative' then 12 * goal.phase_order else 12 end
            as total_months,
        case when goal.pace_code = 'path' then context.previous_year_end_period end
            as base_period,
        case
            when goal.pace_code <> 'path' then cast(0 as decimal(38, 12))
            when goal.kind = 'ratio'
                then {{ ratio('earlier.numerator', 'earlier.denominator', places=12) }}
            else cast(earlier.value as decimal(38, 12))
        end as base,
        case when goal.operator = '~' then coalesce(tolerance.share, 0) else 0 end as tolerance,
        coalesce(
            metric_value.reason_code,
            goal.phase_reason,
            case when not goal.is_uniform then 'mixed_schemes' end,
            case
                when goal.pace_code = 'path' and earlier.build_id is null
                    then 'no_prior:' || context.previous_year_end_period
                when goal.pace_code = 'path' then earlier.reason_code
            end
        ) as reason_code
    from goal
    cross join context
    inner join metric_value
        on
            goal.org_id = metric_value.org_id
            and goal.metric_id = metric_value.metric_id
            and goal.segment = metric_value.segment
            and goal.definition_id = metric_value.definition_id
    left join earlier
        on
            context.previous_year_end_period = earlier.period
            and goal.org_id = earlier.org_id
            and goal.metric_id = earlier.metric_id
            and goal.segment = earlier.segment
            and goal.definition_id = earlier.definition_id
    left join tolerance on goal.org_id = tolerance.org_id
),

-- The way leads down to a cap, and to an exact number from above.
directed as (
    select
        gathered.*,
        case
            when operator in ('<=', '<') then true
            when operator = '~' then better = 'down'
            when operator = '=' then base > target and not is_in_units
            else false
        end as is_downward
    from gathered
),

-- Where the year began at the target or past it, there is no way left: the target must be held.
measured as (
    select
        directed.*,
        case
            when pace_code <> 'path' then base
            when is_downward and base <= target then target
            when not is_downward and base >= target then target
            else base
        end as start
    from directed
),

-- total_months times what is required by now: nothing is divided before it is compared. A path has
-- a base with twelve decimals; at the end of the way none is left of it.
required as (
    select
        measured.*,
        cast(
            start * (total_months - elapsed_months) + target * elapsed_months as decimal(38, 12)
        ) as required_times_total,
        pace_code = 'path' and elapsed_months < total_months as is_under_way,
        cast(
            case when is_downward then 1 + tolerance else 1 - tolerance end as decimal(9, 6)
        ) as allowance
    from measured
),

-- A share to be selected is reached by the nearest whole number of units.
compared as (
    select
        required.*,
        case
            when is_in_units then cast(numerator as decimal(38, 12))
            when is_under_way then {{ ratio('numerator', 'denominator', places=12) }} * total_months
            else cast(numerator * total_months as decimal(38, 12))
        end as reached,
        case
            when is_in_units
                then
                    cast(
                        {{ round_half_up(
                            ratio('required_times_total * denominator', 'total_months'), 0
                        ) }} as decimal(38, 12)
                    )
            when is_under_way then cast(required_times_total * allowance as decimal(38, 12))
            else
                cast(
                    cast(target * elapsed_months * allowance as decimal(38, 12)) * denominator
                    as decimal(38, 12)
                )
        end as needed,
        case
            when reason_code is null
                then {{ ratio('required_times_total * 1000000', 'total_months * 1000000') }}
        end as required_value
    from required
),

pace as (
    select
        period,
        org_level,
        org_id,
        scheme_id,
        metric_id,
        segment,
        phase,
        pace_code,
        cast(elapsed_months as integer) as elapsed_months,
        cast(total_months as integer) as total_months,
        base_period,
        cast(case when pace_code = 'path' then base end as decimal(38, 6)) as base_value,
        cast(target as decimal(38, 6)) as target,
        target_unit,
        value,
        required_value,
        cast(value - required_value as decimal(38, 6)) as pace_gap,
        case
            when reason_code is not null then null
            when is_downward then reached <= needed
            else reached >= needed
        end as is_on_pace,
        reason_code
    from compared
)

select * from pace
