-- grain: one row per metric, definition, period, organisation and segment
-- generated from models/marts/metrics/deposit/*.sql (make generate): do not edit
{{ config(materialized='table') }}

with

metric as (
    select * from {{ ref('corporate_deposit') }}
    union all
    select * from {{ ref('deposit_no_loan_customers') }}
    union all
    select * from {{ ref('deposit_total') }}
    union all
    select * from {{ ref('deposit_year_end_net_increase') }}
    union all
    select * from {{ ref('savings_deposit') }}
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
