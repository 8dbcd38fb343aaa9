-- grain: one row per metric, definition, period, organisation and segment
-- generated from models/marts/metrics/inclusive_lending/*.sql (make generate): do not edit
{{ config(materialized='table') }}

with

metric as (
    select * from {{ ref('beautiful_field_loan_balance') }}
    union all
    select * from {{ ref('beautiful_home_loan_balance') }}
    union all
    select * from {{ ref('credit_loan_balance') }}
    union all
    select * from {{ ref('farm_household_customer_count') }}
    union all
    select * from {{ ref('farm_household_loan_balance') }}
    union all
    select * from {{ ref('inclusive_investment_cumulative') }}
    union all
    select * from {{ ref('inclusive_small_micro_customer_count') }}
    union all
    select * from {{ ref('inclusive_small_micro_net_increase') }}
    union all
    select * from {{ ref('low_income_farm_loan_cumulative') }}
    union all
    select * from {{ ref('micro_credit_customer_count') }}
    union all
    select * from {{ ref('micro_credit_loan_balance') }}
    union all
    select * from {{ ref('p8_three_loan_balances') }}
    union all
    select * from {{ ref('small_micro_customer_count') }}
    union all
    select * from {{ ref('special_product_count') }}
    union all
    select * from {{ ref('strong_county_pilot_count') }}
    union all
    select * from {{ ref('township_branch_count') }}
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
