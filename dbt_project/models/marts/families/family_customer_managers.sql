-- grain: one row per metric, definition, period, organisation and segment
-- generated from models/marts/metrics/customer_managers/*.sql (make generate): do not edit
{{ config(materialized='table') }}

with

metric as (
    select * from {{ ref('cm_grade_by_portfolio') }}
    union all
    select * from {{ ref('cm_leader_marketing') }}
    union all
    select * from {{ ref('cm_pricing_balance') }}
    union all
    select * from {{ ref('cm_pricing_to_person') }}
    union all
    select * from {{ ref('cm_rotation_three_years') }}
    union all
    select * from {{ ref('cm_training_plan') }}
    union all
    select * from {{ ref('earmarked_expense_usage_rate') }}
    union all
    select * from {{ ref('earmarked_inclusive_expense') }}
    union all
    select * from {{ ref('icbc_marketing_specialist') }}
    union all
    select * from {{ ref('sme_manager_certified_rate') }}
    union all
    select * from {{ ref('sme_manager_extra_quota') }}
    union all
    select * from {{ ref('sme_manager_headcount') }}
    union all
    select * from {{ ref('sme_manager_points') }}
    union all
    select * from {{ ref('sme_manager_points_attained_rate') }}
    union all
    select * from {{ ref('sme_manager_quota') }}
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
