-- grain: one row per metric, definition, period, organisation and segment
-- generated from models/marts/metrics/plan_completion/*.sql (make generate): do not edit
{{ config(materialized='table') }}

with

metric as (
    select * from {{ ref('credit_disbursement') }}
    union all
    select * from {{ ref('deposit_plan_completion') }}
    union all
    select * from {{ ref('deposit_tenday_plan_completion') }}
    union all
    select * from {{ ref('establishment_fill_rate') }}
    union all
    select * from {{ ref('expense_plan_completion') }}
    union all
    select * from {{ ref('inclusive_plan_completion') }}
    union all
    select * from {{ ref('interest_plan_completion') }}
    union all
    select * from {{ ref('interest_yoy_change') }}
    union all
    select * from {{ ref('intermediary_and_new_business') }}
    union all
    select * from {{ ref('lending_plan_completion') }}
    union all
    select * from {{ ref('loan_total') }}
    union all
    select * from {{ ref('npl_recovery_plan_completion') }}
    union all
    select * from {{ ref('other_loan') }}
    union all
    select * from {{ ref('sme_loan') }}
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
