-- grain: one row per metric, definition, period, organisation and segment
-- generated from models/marts/metrics/workstation/*.sql (make generate): do not edit
{{ config(materialized='table') }}

with

metric as (
    select * from {{ ref('cooperation_agreement') }}
    union all
    select * from {{ ref('parttime_officer_role_count') }}
    union all
    select * from {{ ref('regulation_count') }}
    union all
    select * from {{ ref('workstation_archives_count') }}
    union all
    select * from {{ ref('workstation_atlas_count') }}
    union all
    select * from {{ ref('workstation_board_count') }}
    union all
    select * from {{ ref('workstation_computer_count') }}
    union all
    select * from {{ ref('workstation_eset_count') }}
    union all
    select * from {{ ref('workstation_item_count') }}
    union all
    select * from {{ ref('workstation_products_count') }}
    union all
    select * from {{ ref('workstation_rules_count') }}
    union all
    select * from {{ ref('workstation_team_count') }}
    union all
    select * from {{ ref('workstation_wechat_count') }}
    union all
    select * from {{ ref('workstation_window_count') }}
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
