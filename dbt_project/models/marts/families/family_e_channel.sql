-- grain: one row per metric, definition, period, organisation and segment
-- generated from models/marts/metrics/e_channel/*.sql (make generate): do not edit
{{ config(materialized='table') }}

with

metric as (
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
    from {{ ref('corp_ebank_effective_coverage') }}
    union all
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
    from {{ ref('ebank_substitution_rate') }}
    union all
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
    from {{ ref('fengshou_epay_effective_customers') }}
    union all
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
    from {{ ref('mobile_bank_effective_customers') }}
    union all
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
    from {{ ref('self_service_small_loan_ratio') }}
)

select * from metric
