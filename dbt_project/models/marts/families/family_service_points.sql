-- grain: one row per metric, definition, period, organisation and segment
-- generated from models/marts/metrics/service_points/*.sql (make generate): do not edit
{{ config(materialized='table') }}

with

metric as (
    select * from {{ ref('assisted_withdrawal_point_per_village') }}
    union all
    select * from {{ ref('basic_service_village_coverage') }}
    union all
    select * from {{ ref('device_count') }}
    union all
    select * from {{ ref('mobile_3g_terminal_increase') }}
    union all
    select * from {{ ref('p8_no_leave_community') }}
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
