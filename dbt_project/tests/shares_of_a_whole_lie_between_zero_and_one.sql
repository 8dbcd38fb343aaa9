-- grain: one row per share outside 0 to 1
-- Only shares whose numerator is a part of its denominator by construction: outside the bounds the
-- model is wrong. Where two sources meet (archive against register, collected against due) the data
-- may be wrong; that is for the gate to say.
select
    metric_value.metric_id,
    metric_value.org_id,
    metric_value.segment,
    metric_value.value
from {{ ref('mart_metric_value') }} as metric_value
inner join {{ ref('metric_catalogue') }} as catalogue
    on metric_value.metric_id = catalogue.metric_id
where
    catalogue.is_share
    and metric_value.segment <> 'naive_sum'
    and metric_value.value is not null
    and metric_value.value not between 0 and 1
