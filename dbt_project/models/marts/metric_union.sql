-- grain: one row per metric, period, organisation (bank or branch) and segment
-- generated from models/marts/metrics/*/*.sql (make generate): do not edit
{{ config(materialized='view') }}

with

metric as (
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
    from {{ ref('agri_loan_balance') }}
    union all
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
    from {{ ref('agri_sme_growth_gap') }}
    union all
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
    from {{ ref('agri_sme_share') }}
    union all
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
    from {{ ref('archive_coverage_rate') }}
    union all
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
    from {{ ref('beautiful_field_loan_balance') }}
    union all
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
    from {{ ref('beautiful_home_loan_balance') }}
    union all
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
    from {{ ref('case_loss_amount') }}
    union all
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
    from {{ ref('case_loss_count') }}
    union all
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
    from {{ ref('corporate_deposit') }}
    union all
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
    from {{ ref('credit_disbursement') }}
    union all
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
    from {{ ref('credit_loan_balance') }}
    union all
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
    from {{ ref('deposit_no_loan_customers') }}
    union all
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
    from {{ ref('deposit_plan_completion') }}
    union all
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
    from {{ ref('deposit_tenday_avg_net_increase') }}
    union all
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
    from {{ ref('deposit_tenday_plan_completion') }}
    union all
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
    from {{ ref('deposit_total') }}
    union all
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
    from {{ ref('deposit_year_end_net_increase') }}
    union all
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
    from {{ ref('due_loan_recovery_rate') }}
    union all
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
    from {{ ref('establishment_fill_rate') }}
    union all
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
    from {{ ref('expense_plan_completion') }}
    union all
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
    from {{ ref('farm_household_customer_count') }}
    union all
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
    from {{ ref('farm_household_loan_balance') }}
    union all
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
    from {{ ref('five_class_balance') }}
    union all
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
    from {{ ref('five_class_customer_count') }}
    union all
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
    from {{ ref('five_class_loan_count') }}
    union all
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
    from {{ ref('five_class_migration_balance') }}
    union all
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
    from {{ ref('five_class_migration_count') }}
    union all
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
    from {{ ref('five_class_share') }}
    union all
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
    from {{ ref('grid_coverage_rate_annual') }}
    union all
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
    from {{ ref('grid_coverage_rate_cumulative') }}
    union all
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
    from {{ ref('grid_no_overlap_no_gap') }}
    union all
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
    from {{ ref('inclusive_loan_annualised_interest') }}
    union all
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
    from {{ ref('inclusive_loan_balance') }}
    union all
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
    from {{ ref('inclusive_loan_customer_count') }}
    union all
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
    from {{ ref('inclusive_loan_disbursed_amount') }}
    union all
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
    from {{ ref('inclusive_loan_disbursed_customer_count') }}
    union all
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
    from {{ ref('inclusive_loan_npl_balance') }}
    union all
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
    from {{ ref('inclusive_npl_ratio') }}
    union all
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
    from {{ ref('inclusive_npl_spread') }}
    union all
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
    from {{ ref('inclusive_plan_completion') }}
    union all
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
    from {{ ref('inclusive_small_micro_balance') }}
    union all
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
    from {{ ref('inclusive_small_micro_customer_count') }}
    union all
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
    from {{ ref('inclusive_small_micro_net_increase') }}
    union all
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
    from {{ ref('interest_income') }}
    union all
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
    from {{ ref('interest_plan_completion') }}
    union all
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
    from {{ ref('interest_yoy_change') }}
    union all
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
    from {{ ref('intermediary_and_new_business') }}
    union all
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
    from {{ ref('lending_plan_completion') }}
    union all
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
    from {{ ref('loan_amount') }}
    union all
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
    from {{ ref('loan_balance') }}
    union all
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
    from {{ ref('loan_count') }}
    union all
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
    from {{ ref('loan_mix_share') }}
    union all
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
    from {{ ref('loan_total') }}
    union all
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
    from {{ ref('micro_credit_customer_count') }}
    union all
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
    from {{ ref('micro_credit_loan_balance') }}
    union all
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
    from {{ ref('npl_balance') }}
    union all
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
    from {{ ref('npl_balance_change') }}
    union all
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
    from {{ ref('npl_over_control_target') }}
    union all
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
    from {{ ref('npl_ratio') }}
    union all
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
    from {{ ref('npl_ratio_change') }}
    union all
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
    from {{ ref('npl_recovery_amount') }}
    union all
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
    from {{ ref('npl_recovery_plan_completion') }}
    union all
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
    from {{ ref('other_loan') }}
    union all
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
    from {{ ref('p8_three_loan_balances') }}
    union all
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
    from {{ ref('pilot_unit_coverage_rate') }}
    union all
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
    from {{ ref('renewal_rate') }}
    union all
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
    from {{ ref('renewal_rate_provisional') }}
    union all
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
    from {{ ref('savings_deposit') }}
    union all
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
    from {{ ref('small_micro_customer_count') }}
    union all
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
    from {{ ref('small_micro_loan_balance') }}
    union all
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
    from {{ ref('sme_loan') }}
    union all
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
    from {{ ref('social_card_activation_rate') }}
    union all
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
    from {{ ref('social_card_monthly_usage_rate') }}
    union all
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
    from {{ ref('social_card_signing_rate') }}
    union all
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
    from {{ ref('special_mention_ratio') }}
    union all
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
    from {{ ref('strong_county_pilot_count') }}
    union all
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
    from {{ ref('township_branch_count') }}
    union all
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
    from {{ ref('vintage_npl_ratio') }}
    union all
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
    from {{ ref('vintage_overdue_ratio') }}
)

select * from metric
