-- grain: one row per metric, definition, period, organisation and segment
-- generated from models/marts/metrics/e_channel/*.sql (make generate): do not edit
{{ config(materialized='table') }}

with

metric as (
    select * from {{ ref('corp_ebank_effective_coverage') }}
    union all
    select * from {{ ref('ebank_substitution_rate') }}
    union all
    select * from {{ ref('fengshou_epay_effective_customers') }}
    union all
    select * from {{ ref('mobile_bank_effective_customers') }}
    union all
    select * from {{ ref('self_service_small_loan_ratio') }}
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
