-- grain: one row per metric, definition, period, organisation and segment
-- generated from models/marts/metrics/churn/*.sql (make generate): do not edit
{{ config(materialized='table') }}

with

metric as (
    select * from {{ ref('churn_rate') }}
    union all
    select * from {{ ref('churn_reason_customer_count') }}
    union all
    select * from {{ ref('churn_revisit_rate') }}
    union all
    select * from {{ ref('churn_winback_rate') }}
    union all
    select * from {{ ref('churned_customer_count') }}
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
