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

published as (
    select
        metric.metric_id,
        metric.definition_id,
        metric.period,
        metric.org_level,
        metric.org_id,
        metric.segment,
        case when source_missing.definition_id is null then metric.numerator end as numerator,
        case when source_missing.definition_id is null then metric.denominator end as denominator,
        case when source_missing.definition_id is null then metric.value end as value,
        metric.unit,
        coalesce(source_missing.reason_code, metric.reason_code) as reason_code
    from metric
    left join source_missing on metric.definition_id = source_missing.definition_id
)

select * from published
