-- grain: one row per metric, definition, period, organisation and segment
-- generated from models/marts/metrics/loan_share/*.sql (make generate): do not edit
{{ config(materialized='table') }}

with

metric as (
    select * from {{ ref('agri_loan_balance') }}
    union all
    select * from {{ ref('agri_sme_growth_gap') }}
    union all
    select * from {{ ref('agri_sme_share') }}
    union all
    select * from {{ ref('inclusive_small_micro_balance') }}
    union all
    select * from {{ ref('loan_balance') }}
    union all
    select * from {{ ref('small_micro_loan_balance') }}
    union all
    select * from {{ ref('two_high_one_surplus_balance_change') }}
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
