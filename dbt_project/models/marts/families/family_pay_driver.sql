-- grain: one row per metric, definition, period, organisation and segment
-- generated from models/marts/metrics/pay_driver/*.sql (make generate): do not edit
{{ config(materialized='table') }}

with

metric as (
    select * from {{ ref('deposit_tenday_avg_net_increase') }}
    union all
    select * from {{ ref('interest_income') }}
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
