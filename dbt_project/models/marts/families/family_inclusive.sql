-- grain: one row per metric, definition, period, organisation and segment
-- generated from models/marts/metrics/inclusive/*.sql (make generate): do not edit
{{ config(materialized='table') }}

with

metric as (
    select * from {{ ref('inclusive_loan_annualised_interest') }}
    union all
    select * from {{ ref('inclusive_loan_balance') }}
    union all
    select * from {{ ref('inclusive_loan_customer_count') }}
    union all
    select * from {{ ref('inclusive_loan_disbursed_amount') }}
    union all
    select * from {{ ref('inclusive_loan_disbursed_customer_count') }}
    union all
    select * from {{ ref('inclusive_loan_npl_balance') }}
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
