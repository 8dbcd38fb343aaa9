-- grain: one row per metric, definition, period, organisation and segment
-- generated from models/marts/metrics/outlets/*.sql (make generate): do not edit
{{ config(materialized='table') }}

with

metric as (
    select * from {{ ref('benchmark_outlets_built') }}
    union all
    select * from {{ ref('flagship_outlets_built') }}
    union all
    select * from {{ ref('icbc_all_outlets_market') }}
    union all
    select * from {{ ref('icbc_booking_outlet_ratio') }}
    union all
    select * from {{ ref('icbc_initiating_outlet_ratio') }}
    union all
    select * from {{ ref('icbc_marketing_outlet_ratio') }}
    union all
    select * from {{ ref('icbc_outlet_participation_metric') }}
    union all
    select * from {{ ref('icbc_participating_staff') }}
    union all
    select * from {{ ref('inclusive_outlet_count') }}
    union all
    select * from {{ ref('inclusive_outlet_coverage_rate') }}
    union all
    select * from {{ ref('outlet_tier_count') }}
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
