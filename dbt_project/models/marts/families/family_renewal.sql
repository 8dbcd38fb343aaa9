-- grain: one row per metric, definition, period, organisation and segment
-- generated from models/marts/metrics/renewal/*.sql (make generate): do not edit
{{ config(materialized='table') }}

with

metric as (
    select * from {{ ref('due_loan_recovery_rate') }}
    union all
    select * from {{ ref('no_repayment_renewal_share') }}
    union all
    select * from {{ ref('predue_collection_rate') }}
    union all
    select * from {{ ref('renewal_rate') }}
    union all
    select * from {{ ref('renewal_rate_provisional') }}
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
