-- grain: one row per segment that a metric publishes and does not declare, or the other way round
-- The segments of form S71 are its rows and bands, and stand in other seeds.
with

form_metric as (
    select distinct metric_id
    from {{ ref('metric_catalogue') }}
    where family = 'inclusive'
),

published as (
    select distinct
        metric_value.metric_id,
        metric_value.segment
    from {{ ref('mart_metric_value') }} as metric_value
    left join form_metric on metric_value.metric_id = form_metric.metric_id
    where form_metric.metric_id is null
),

declared as (
    select
        metric_id,
        segment
    from {{ ref('metric_segment') }}
)

select
    coalesce(published.metric_id, declared.metric_id) as metric_id,
    published.segment as published_segment,
    declared.segment as declared_segment
from published
full outer join declared
    on published.metric_id = declared.metric_id and published.segment = declared.segment
where published.metric_id is null or declared.metric_id is null
