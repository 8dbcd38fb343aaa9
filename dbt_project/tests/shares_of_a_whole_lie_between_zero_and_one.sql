-- grain: one row per share outside 0 to 1
-- Only shares whose numerator is a part of its denominator by construction: outside the bounds the
-- model is wrong. Where two sources meet (archive against register, collected against due) the data
-- may be wrong; that is for the gate to say.
select
    metric_id,
    org_id,
    segment,
    value
from {{ ref('mart_metric_value') }}
where
    metric_id in (
        'agri_sme_share',
        'npl_ratio',
        'grid_coverage_rate_annual',
        'grid_coverage_rate_cumulative',
        'pilot_unit_coverage_rate',
        'renewal_rate',
        'renewal_rate_provisional'
    )
    and segment <> 'naive_sum'
    and value is not null
    and value not between 0 and 1
