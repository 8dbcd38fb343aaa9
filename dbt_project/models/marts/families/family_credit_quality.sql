-- grain: one row per metric, definition, period, organisation and segment
-- generated from models/marts/metrics/credit_quality/*.sql (make generate): do not edit
{{ config(materialized='table') }}

with

metric as (
    select * from {{ ref('case_loss_amount') }}
    union all
    select * from {{ ref('case_loss_count') }}
    union all
    select * from {{ ref('five_class_balance') }}
    union all
    select * from {{ ref('five_class_customer_count') }}
    union all
    select * from {{ ref('five_class_loan_count') }}
    union all
    select * from {{ ref('five_class_migration_balance') }}
    union all
    select * from {{ ref('five_class_migration_count') }}
    union all
    select * from {{ ref('five_class_share') }}
    union all
    select * from {{ ref('inclusive_npl_ratio') }}
    union all
    select * from {{ ref('inclusive_npl_spread') }}
    union all
    select * from {{ ref('loan_mix_share') }}
    union all
    select * from {{ ref('npl_balance') }}
    union all
    select * from {{ ref('npl_balance_change') }}
    union all
    select * from {{ ref('npl_over_control_target') }}
    union all
    select * from {{ ref('npl_ratio') }}
    union all
    select * from {{ ref('npl_ratio_change') }}
    union all
    select * from {{ ref('npl_recovery_amount') }}
    union all
    select * from {{ ref('special_mention_ratio') }}
    union all
    select * from {{ ref('vintage_npl_ratio') }}
    union all
    select * from {{ ref('vintage_overdue_ratio') }}
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
