-- grain: one row per metric, definition, period, organisation and segment
-- generated from models/marts/metrics/cards/*.sql (make generate): do not edit
{{ config(materialized='table') }}

with

metric as (
    select * from {{ ref('passbook_replaced_card_count') }}
    union all
    select * from {{ ref('social_card_activation_rate') }}
    union all
    select * from {{ ref('social_card_monthly_usage_rate') }}
    union all
    select * from {{ ref('social_card_signing_rate') }}
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
