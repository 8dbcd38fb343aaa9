-- grain: one row per metric, definition, period, organisation and segment
-- generated from models/marts/metrics/*/*.sql (make generate): do not edit
{{ config(materialized='view') }}

with

metric as (
    select * from {{ ref('family_archive') }}
    union all
    select * from {{ ref('family_cards') }}
    union all
    select * from {{ ref('family_churn') }}
    union all
    select * from {{ ref('family_contribution') }}
    union all
    select * from {{ ref('family_credit_quality') }}
    union all
    select * from {{ ref('family_credit_rating') }}
    union all
    select * from {{ ref('family_customer_managers') }}
    union all
    select * from {{ ref('family_deposit') }}
    union all
    select * from {{ ref('family_docking') }}
    union all
    select * from {{ ref('family_e_channel') }}
    union all
    select * from {{ ref('family_grid') }}
    union all
    select * from {{ ref('family_inclusive') }}
    union all
    select * from {{ ref('family_inclusive_lending') }}
    union all
    select * from {{ ref('family_loan_book') }}
    union all
    select * from {{ ref('family_loan_share') }}
    union all
    select * from {{ ref('family_outlet_profit') }}
    union all
    select * from {{ ref('family_outlets') }}
    union all
    select * from {{ ref('family_pay_driver') }}
    union all
    select * from {{ ref('family_plan_completion') }}
    union all
    select * from {{ ref('family_post_loan') }}
    union all
    select * from {{ ref('family_renewal') }}
    union all
    select * from {{ ref('family_service') }}
    union all
    select * from {{ ref('family_service_points') }}
    union all
    select * from {{ ref('family_whole_village') }}
    union all
    select * from {{ ref('family_workstation') }}
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
