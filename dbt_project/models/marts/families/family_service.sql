-- grain: one row per metric, definition, period, organisation and segment
-- generated from models/marts/metrics/service/*.sql (make generate): do not edit
{{ config(materialized='table') }}

with

metric as (
    select * from {{ ref('complaint_closed_rate') }}
    union all
    select * from {{ ref('complaint_count') }}
    union all
    select * from {{ ref('complaint_count_by_channel') }}
    union all
    select * from {{ ref('complaint_hotline_levels') }}
    union all
    select * from {{ ref('complaint_phone_published') }}
    union all
    select * from {{ ref('complaint_revisit') }}
    union all
    select * from {{ ref('complaint_within_limit_rate') }}
    union all
    select * from {{ ref('customer_satisfaction_rate') }}
    union all
    select * from {{ ref('marketing_staff_training') }}
    union all
    select * from {{ ref('mystery_shopper_score') }}
    union all
    select * from {{ ref('svc_6s') }}
    union all
    select * from {{ ref('svc_complaint_decrease') }}
    union all
    select * from {{ ref('svc_queue_time') }}
    union all
    select * from {{ ref('transformation_import_rate') }}
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
