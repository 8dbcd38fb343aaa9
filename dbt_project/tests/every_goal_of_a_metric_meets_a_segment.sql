-- grain: one row per goal of a published metric that names a segment the metric does not have
with

goal as (
    select * from {{ ref('scheme_target') }}
    where role_code = 'goal'
),

metric as (
    select * from {{ ref('dim_metric') }}
),

segment as (
    select distinct
        metric_id,
        segment
    from {{ ref('mart_metric_value') }}
)

select
    goal.scheme_id,
    goal.metric_id,
    goal.metric_segment
from goal
inner join metric on goal.metric_id = metric.metric_id
left join segment
    on goal.metric_id = segment.metric_id and goal.metric_segment = segment.segment
where segment.metric_id is null
