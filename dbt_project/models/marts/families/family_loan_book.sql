-- grain: one row per metric, definition, period, organisation and segment
-- generated from models/marts/metrics/loan_book/*.sql (make generate): do not edit
{{ config(materialized='table') }}

with

metric as (
    select * from {{ ref('loan_amount') }}
    union all
    select * from {{ ref('loan_count') }}
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
