-- grain: one row per metric, definition, period, organisation and segment
-- generated from models/marts/metrics/grid/*.sql (make generate): do not edit
{{ config(materialized='table') }}

with

metric as (
    select * from {{ ref('gold_cards_per_grid_manager') }}
    union all
    select * from {{ ref('grid_big_small_nesting') }}
    union all
    select * from {{ ref('grid_coverage_rate_annual') }}
    union all
    select * from {{ ref('grid_coverage_rate_cumulative') }}
    union all
    select * from {{ ref('grid_customer_satisfaction') }}
    union all
    select * from {{ ref('grid_mgmt_levels') }}
    union all
    select * from {{ ref('grid_no_overlap_no_gap') }}
    union all
    select * from {{ ref('grid_officer_per_grid') }}
    union all
    select * from {{ ref('grid_officer_trained_rate') }}
    union all
    select * from {{ ref('grid_responsibility_split_p7') }}
    union all
    select * from {{ ref('grid_second_level_per_person') }}
    union all
    select * from {{ ref('grid_service_levels') }}
    union all
    select * from {{ ref('grid_urban_four_zones') }}
    union all
    select * from {{ ref('ledger_per_grid') }}
    union all
    select * from {{ ref('p4_training_joint') }}
    union all
    select * from {{ ref('parttime_officer_id_card') }}
    union all
    select * from {{ ref('pilot_unit_coverage_rate') }}
    union all
    select * from {{ ref('sanxia_responsibility_chain') }}
    union all
    select * from {{ ref('sanxia_three_seamless') }}
    union all
    select * from {{ ref('urban_grid_coverage_rate') }}
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
