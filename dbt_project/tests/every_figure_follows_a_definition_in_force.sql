-- grain: one row per figure whose definition is not declared for its metric, or not in force
-- The first definition of a metric is always published, before and after its time without a number:
-- targets, returns and pay mean it.
with

metric_value as (
    select
        metric_id,
        definition_id,
        period,
        count(value) > 0 as has_number
    from {{ ref('mart_metric_value') }}
    group by
        metric_id,
        definition_id,
        period
),

definition as (
    select * from {{ ref('metric_definition') }}
),

first_definition as (
    select
        metric_id,
        definition_id
    from {{ ref('dim_metric') }}
)

select
    metric_value.metric_id,
    metric_value.definition_id
from metric_value
left join definition
    on
        metric_value.metric_id = definition.metric_id
        and metric_value.definition_id = definition.definition_id
where
    definition.definition_id is null
    or (
        metric_value.has_number
        and (
            coalesce({{ month_of('definition.effective_from') }} > metric_value.period, false)
            or coalesce({{ month_of('definition.effective_to') }} < metric_value.period, false)
        )
    )
union all
select
    first_definition.metric_id,
    first_definition.definition_id
from first_definition
left join metric_value
    on
        first_definition.metric_id = metric_value.metric_id
        and first_definition.definition_id = metric_value.definition_id
where metric_value.metric_id is null
