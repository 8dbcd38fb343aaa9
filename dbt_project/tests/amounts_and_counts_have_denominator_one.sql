-- grain: one row per figure whose three numbers do not fit its kind
with

metric_value as (
    select * from {{ ref('mart_metric_value') }}
    where value is not null
),

metric as (
    select * from {{ ref('dim_metric') }}
)

select
    metric_value.metric_id,
    metric_value.org_id,
    metric_value.segment
from metric_value
inner join metric on metric_value.metric_id = metric.metric_id
where
    case
        when metric.kind in ('amount', 'count')
            then
                metric_value.denominator is distinct from 1
                or metric_value.value is distinct from metric_value.numerator
        -- a gap too small for six decimals keeps its sign instead of rounding to zero
        when metric.kind = 'gap'
            then
                metric_value.value
                not between metric_value.numerator - metric_value.denominator - 0.000001
                and metric_value.numerator - metric_value.denominator + 0.000001
        else coalesce(metric_value.denominator, 0) = 0
    end
