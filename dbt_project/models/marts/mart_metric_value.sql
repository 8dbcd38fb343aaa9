-- grain: one row per metric, definition, period, organisation and segment
with

metric as (
    select * from {{ ref('metric_union') }}
),

-- metrics with a source that the bank has not sent at all: nothing may be read into their zeros
source_missing as (
    select
        definition_id,
        min(reason_code) as reason_code
    from {{ source('run', 'run_metric_gap') }}
    group by definition_id
),

-- a reading is no figure of a month in which it was not in force
out_of_force as (
    select
        definition.definition_id,
        'not_in_force' as reason_code
    from {{ ref('metric_definition') }} as definition
    cross join {{ source('run', 'run_context') }} as context
    where
        coalesce({{ month_of('definition.effective_from') }} > context.period, false)
        or coalesce({{ month_of('definition.effective_to') }} < context.period, false)
),

unknown as (
    select
        coalesce(source_missing.definition_id, out_of_force.definition_id) as definition_id,
        coalesce(source_missing.reason_code, out_of_force.reason_code) as reason_code
    from source_missing
    full outer join out_of_force
        on source_missing.definition_id = out_of_force.definition_id
),

published as (
    select
        metric.metric_id,
        metric.definition_id,
        metric.period,
        metric.org_level,
        metric.org_id,
        metric.segment,
        case when unknown.definition_id is null then metric.numerator end as numerator,
        case when unknown.definition_id is null then metric.denominator end as denominator,
        case when unknown.definition_id is null then metric.value end as value,
        metric.unit,
        coalesce(unknown.reason_code, metric.reason_code) as reason_code
    from metric
    left join unknown on metric.definition_id = unknown.definition_id
)

select * from published
