-- grain: one row per metric, definition, period, organisation and segment
-- generated from models/marts/metrics/docking/*.sql (make generate): do not edit
{{ config(materialized='table') }}

with

metric as (
    select * from {{ ref('docking_business_cooperation_rate') }}
    union all
    select * from {{ ref('docking_contact_card_rate') }}
    union all
    select * from {{ ref('docking_five_total') }}
    union all
    select * from {{ ref('docking_info_collection_rate') }}
    union all
    select * from {{ ref('docking_negotiation_rate') }}
    union all
    select * from {{ ref('docking_settlement_rate') }}
    union all
    select * from {{ ref('docking_survey_archive_rate') }}
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
