-- grain: one row per metric, definition, period, organisation and segment found more than once
select
    metric_id,
    definition_id,
    period,
    org_level,
    org_id,
    segment
from {{ ref('mart_metric_value') }}
group by
    metric_id,
    definition_id,
    period,
    org_level,
    org_id,
    segment
having count(*) > 1
