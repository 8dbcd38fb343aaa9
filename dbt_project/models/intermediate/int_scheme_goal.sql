-- grain: one row per goal in force and plan year it applies to, in the unit of its metric
with

target as (
    select * from {{ ref('scheme_target') }}
    where role_code = 'goal'
),

unit as (
    select * from {{ ref('unit') }}
),

phase as (
    select * from {{ ref('scheme_phase') }}
    where phase_kind_code = 'plan_year'
),

metric as (
    select * from {{ ref('metric_catalogue') }}
),

context as (
    select * from {{ source('run', 'run_context') }}
),

-- A goal of a phase applies in its own year, and nothing is interpolated between two of them
-- (AMB-068, AMB-091); a yearly or standing one of a phased scheme in every year of the plan, that
-- of a scheme without phases always.
goal as (
    select
        target.scheme_id,
        target.metric_id,
        target.metric_segment as segment,
        coalesce(phase.phase, 'every_year') as phase,
        phase.phase_order,
        target.period_kind,
        target.pace_code,
        target.scope_code,
        target.status_code,
        target.operator,
        cast(target.target as decimal(38, 6)) * unit.factor as target,
        metric.definition_id,
        metric.unit as target_unit,
        metric.kind,
        metric.better
    from target
    inner join unit on target.unit = unit.unit
    inner join metric on target.metric_id = metric.metric_id
    cross join context
    left join phase
        on
            target.scheme_id = phase.scheme_id
            and (target.phase is null or target.phase = phase.phase)
    where
        coalesce(target.valid_from <= context.period_end, true)
        and coalesce(target.valid_to >= context.period_end, true)
)

select * from goal
