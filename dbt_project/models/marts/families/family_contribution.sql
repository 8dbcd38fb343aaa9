-- grain: one row per metric, definition, period, organisation and segment
-- generated from models/marts/metrics/contribution/*.sql (make generate): do not edit
{{ config(materialized='table') }}

with

metric as (
    select * from {{ ref('acquiring_signing_rate') }}
    union all
    select * from {{ ref('cross_sell_bundle') }}
    union all
    select * from {{ ref('customer_deposit_loan_ratio') }}
    union all
    select * from {{ ref('main_bank_p8') }}
    union all
    select * from {{ ref('naked_loan_customer_rate') }}
    union all
    select * from {{ ref('payroll_signing_rate') }}
    union all
    select * from {{ ref('reserve_fund_ratio') }}
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
