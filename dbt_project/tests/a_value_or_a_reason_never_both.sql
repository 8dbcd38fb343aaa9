-- grain: one row per figure that has both a value and a reason for having none, or neither
select
    metric_id,
    org_id,
    segment,
    value,
    reason_code
from {{ ref('mart_metric_value') }}
where (value is null) <> (reason_code is not null)
