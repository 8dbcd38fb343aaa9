-- grain: one row per metric, definition, period, organisation and segment
-- generated from models/marts/metrics/outlet_profit/*.sql (make generate): do not edit
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
    from {{ ref('branch_expense_plan') }}
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
    from {{ ref('expense_growth_match') }}
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
    from {{ ref('multi_dimension_profit') }}
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
    from {{ ref('outlet_cost') }}
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
    from {{ ref('outlet_income') }}
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
    from {{ ref('outlet_per_capita') }}
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
    from {{ ref('outlet_profit') }}
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
    from {{ ref('outlet_profit_contribution') }}
)

select * from metric
