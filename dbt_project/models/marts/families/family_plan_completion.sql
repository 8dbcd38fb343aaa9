-- grain: one row per metric, definition, period, organisation and segment
-- generated from models/marts/metrics/plan_completion/*.sql (make generate): do not edit
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
    from {{ ref('credit_disbursement') }}
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
    from {{ ref('deposit_plan_completion') }}
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
    from {{ ref('deposit_tenday_plan_completion') }}
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
    from {{ ref('establishment_fill_rate') }}
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
    from {{ ref('expense_plan_completion') }}
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
    from {{ ref('inclusive_plan_completion') }}
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
    from {{ ref('interest_plan_completion') }}
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
    from {{ ref('interest_yoy_change') }}
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
    from {{ ref('intermediary_and_new_business') }}
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
    from {{ ref('lending_plan_completion') }}
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
    from {{ ref('loan_total') }}
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
    from {{ ref('npl_recovery_plan_completion') }}
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
    from {{ ref('other_loan') }}
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
    from {{ ref('sme_loan') }}
)

select * from metric
