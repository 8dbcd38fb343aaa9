-- grain: one row per metric, definition, period, organisation and segment
-- generated from models/marts/metrics/post_loan/*.sql (make generate): do not edit
{{ config(materialized='table') }}

with

metric as (
    select * from {{ ref('loan_customer_visit_rate') }}
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
