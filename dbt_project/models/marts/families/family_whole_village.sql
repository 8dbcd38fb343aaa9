-- grain: one row per metric, definition, period, organisation and segment
-- generated from models/marts/metrics/whole_village/*.sql (make generate): do not edit
{{ config(materialized='table') }}

with

metric as (
    select * from {{ ref('credit_customer_count') }}
    union all
    select * from {{ ref('industry_credit_program_count') }}
    union all
    select * from {{ ref('new_credit_customer_count') }}
    union all
    select * from {{ ref('p8_effective_use_rate') }}
    union all
    select * from {{ ref('personal_credit_coverage_rate') }}
    union all
    select * from {{ ref('whole_village_credit_granted_rate') }}
    union all
    select * from {{ ref('whole_village_credit_limit_breach_count') }}
    union all
    select * from {{ ref('whole_village_evaluation_rate') }}
    union all
    select * from {{ ref('whole_village_info_collection_rate') }}
    union all
    select * from {{ ref('whole_village_township_coverage') }}
    union all
    select * from {{ ref('whole_village_village_ratio') }}
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
