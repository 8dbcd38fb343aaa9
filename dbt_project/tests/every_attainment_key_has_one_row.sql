-- grain: one row per key of the attainment mart that occurs more than once
select
    period,
    org_id,
    scheme_id,
    metric_id,
    segment,
    phase
from {{ ref('mart_target_attainment') }}
group by
    period,
    org_id,
    scheme_id,
    metric_id,
    segment,
    phase
having count(*) > 1
