-- grain: one row per metric, definition, period, organisation and segment
-- generated from models/marts/metrics/credit_rating/*.sql (make generate): do not edit
{{ config(materialized='table') }}

with

metric as (
    select * from {{ ref('credit_household_ratio') }}
    union all
    select * from {{ ref('credit_township_ratio') }}
    union all
    select * from {{ ref('credit_village_ratio') }}
    union all
    select * from {{ ref('rating_credit_use_order') }}
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
