-- grain: one row per metric, definition, period, organisation and segment
-- generated from models/marts/metrics/outlet_profit/*.sql (make generate): do not edit
{{ config(materialized='table') }}

with

metric as (
    select * from {{ ref('branch_expense_plan') }}
    union all
    select * from {{ ref('expense_growth_match') }}
    union all
    select * from {{ ref('multi_dimension_profit') }}
    union all
    select * from {{ ref('outlet_cost') }}
    union all
    select * from {{ ref('outlet_income') }}
    union all
    select * from {{ ref('outlet_per_capita') }}
    union all
    select * from {{ ref('outlet_profit') }}
    union all
    select * from {{ ref('outlet_profit_contribution') }}
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
