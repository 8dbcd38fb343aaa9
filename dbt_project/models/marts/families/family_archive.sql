-- grain: one row per metric, definition, period, organisation and segment
-- generated from models/marts/metrics/archive/*.sql (make generate): do not edit
{{ config(materialized='table') }}

with

metric as (
    select * from {{ ref('archive_coverage_rate') }}
    union all
    select * from {{ ref('archive_quality_credit_grade') }}
    union all
    select * from {{ ref('archive_update_p8') }}
    union all
    select * from {{ ref('four_hundred_percent') }}
    union all
    select * from {{ ref('grid_visit_count') }}
)

select
    metric_id,
    definition_id,
    period,
    org_level,
    org_id,
    segment,
    numerator,
    denominator,
    value,
    unit,
    reason_code
from metric
