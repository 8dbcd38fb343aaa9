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
    from {{ ref('acquiring_signing_rate') }}
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
    from {{ ref('archive_quality_credit_grade') }}
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
    from {{ ref('archive_update_p8') }}
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
    from {{ ref('assisted_withdrawal_point_per_village') }}
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
    from {{ ref('basic_service_village_coverage') }}
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
    from {{ ref('benchmark_outlets_built') }}
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
    from {{ ref('branch_expense_plan') }}
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
    from {{ ref('churn_rate') }}
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
    from {{ ref('churn_reason_customer_count') }}
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
    from {{ ref('churn_revisit_rate') }}
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
    from {{ ref('churn_winback_rate') }}
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
    from {{ ref('churned_customer_count') }}
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
    from {{ ref('cm_grade_by_portfolio') }}
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
    from {{ ref('cm_leader_marketing') }}
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
    from {{ ref('cm_pricing_balance') }}
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
    from {{ ref('cm_pricing_to_person') }}
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
    from {{ ref('cm_rotation_three_years') }}
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
    from {{ ref('cm_training_plan') }}
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
    from {{ ref('complaint_closed_rate') }}
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
    from {{ ref('complaint_count') }}
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
    from {{ ref('complaint_count_by_channel') }}
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
    from {{ ref('complaint_hotline_levels') }}
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
    from {{ ref('complaint_phone_published') }}
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
    from {{ ref('complaint_revisit') }}
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
    from {{ ref('complaint_within_limit_rate') }}
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
    from {{ ref('cooperation_agreement') }}
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
    from {{ ref('corp_ebank_effective_coverage') }}
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
    from {{ ref('credit_customer_count') }}
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
    from {{ ref('credit_household_ratio') }}
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
    from {{ ref('credit_township_ratio') }}
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
    from {{ ref('credit_village_ratio') }}
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
    from {{ ref('cross_sell_bundle') }}
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
    from {{ ref('customer_deposit_loan_ratio') }}
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
    from {{ ref('customer_satisfaction_rate') }}
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
    from {{ ref('device_count') }}
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
    from {{ ref('docking_business_cooperation_rate') }}
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
    from {{ ref('docking_contact_card_rate') }}
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
    from {{ ref('docking_five_total') }}
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
    from {{ ref('docking_info_collection_rate') }}
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
    from {{ ref('docking_negotiation_rate') }}
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
    from {{ ref('docking_settlement_rate') }}
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
    from {{ ref('docking_survey_archive_rate') }}
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
    from {{ ref('earmarked_expense_usage_rate') }}
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
    from {{ ref('earmarked_inclusive_expense') }}
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
    from {{ ref('ebank_substitution_rate') }}
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
    from {{ ref('expense_growth_match') }}
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
    from {{ ref('fengshou_epay_effective_customers') }}
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
    from {{ ref('flagship_outlets_built') }}
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
    from {{ ref('four_hundred_percent') }}
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
    from {{ ref('gold_cards_per_grid_manager') }}
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
    from {{ ref('grid_big_small_nesting') }}
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
    from {{ ref('grid_customer_satisfaction') }}
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
    from {{ ref('grid_mgmt_levels') }}
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
    from {{ ref('grid_officer_per_grid') }}
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
    from {{ ref('grid_officer_trained_rate') }}
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
    from {{ ref('grid_responsibility_split_p7') }}
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
    from {{ ref('grid_second_level_per_person') }}
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
    from {{ ref('grid_service_levels') }}
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
    from {{ ref('grid_urban_four_zones') }}
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
    from {{ ref('grid_visit_count') }}
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
    from {{ ref('icbc_all_outlets_market') }}
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
    from {{ ref('icbc_booking_outlet_ratio') }}
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
    from {{ ref('icbc_initiating_outlet_ratio') }}
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
    from {{ ref('icbc_marketing_outlet_ratio') }}
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
    from {{ ref('icbc_marketing_specialist') }}
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
    from {{ ref('icbc_outlet_participation_metric') }}
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
    from {{ ref('icbc_participating_staff') }}
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
    from {{ ref('inclusive_investment_cumulative') }}
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
    from {{ ref('inclusive_outlet_count') }}
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
    from {{ ref('inclusive_outlet_coverage_rate') }}
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
    from {{ ref('industry_credit_program_count') }}
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
    from {{ ref('ledger_per_grid') }}
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
    from {{ ref('loan_customer_visit_rate') }}
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
    from {{ ref('low_income_farm_loan_cumulative') }}
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
    from {{ ref('main_bank_p8') }}
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
    from {{ ref('marketing_staff_training') }}
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
    from {{ ref('mobile_3g_terminal_increase') }}
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
    from {{ ref('mobile_bank_effective_customers') }}
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
    from {{ ref('multi_dimension_profit') }}
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
    from {{ ref('mystery_shopper_score') }}
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
    from {{ ref('naked_loan_customer_rate') }}
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
    from {{ ref('new_credit_customer_count') }}
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
    from {{ ref('no_repayment_renewal_share') }}
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
    from {{ ref('outlet_cost') }}
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
    from {{ ref('outlet_income') }}
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
    from {{ ref('outlet_per_capita') }}
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
    from {{ ref('outlet_profit') }}
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
    from {{ ref('outlet_profit_contribution') }}
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
    from {{ ref('outlet_tier_count') }}
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
    from {{ ref('p4_training_joint') }}
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
    from {{ ref('p8_effective_use_rate') }}
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
    from {{ ref('p8_no_leave_community') }}
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
    from {{ ref('parttime_officer_id_card') }}
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
    from {{ ref('parttime_officer_role_count') }}
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
    from {{ ref('passbook_replaced_card_count') }}
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
    from {{ ref('payroll_signing_rate') }}
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
    from {{ ref('personal_credit_coverage_rate') }}
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
    from {{ ref('predue_collection_rate') }}
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
    from {{ ref('rating_credit_use_order') }}
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
    from {{ ref('regulation_count') }}
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
    from {{ ref('reserve_fund_ratio') }}
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
    from {{ ref('sanxia_responsibility_chain') }}
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
    from {{ ref('sanxia_three_seamless') }}
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
    from {{ ref('self_service_small_loan_ratio') }}
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
    from {{ ref('sme_manager_certified_rate') }}
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
    from {{ ref('sme_manager_extra_quota') }}
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
    from {{ ref('sme_manager_headcount') }}
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
    from {{ ref('sme_manager_points') }}
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
    from {{ ref('sme_manager_points_attained_rate') }}
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
    from {{ ref('sme_manager_quota') }}
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
    from {{ ref('special_product_count') }}
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
    from {{ ref('svc_6s') }}
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
    from {{ ref('svc_complaint_decrease') }}
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
    from {{ ref('svc_queue_time') }}
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
    from {{ ref('transformation_import_rate') }}
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
    from {{ ref('two_high_one_surplus_balance_change') }}
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
    from {{ ref('urban_grid_coverage_rate') }}
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
    from {{ ref('whole_village_credit_granted_rate') }}
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
    from {{ ref('whole_village_credit_limit_breach_count') }}
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
    from {{ ref('whole_village_evaluation_rate') }}
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
    from {{ ref('whole_village_info_collection_rate') }}
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
    from {{ ref('whole_village_township_coverage') }}
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
    from {{ ref('whole_village_village_ratio') }}
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
    from {{ ref('workstation_archives_count') }}
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
    from {{ ref('workstation_atlas_count') }}
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
    from {{ ref('workstation_board_count') }}
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
    from {{ ref('workstation_computer_count') }}
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
    from {{ ref('workstation_eset_count') }}
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
    from {{ ref('workstation_item_count') }}
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
    from {{ ref('workstation_products_count') }}
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
    from {{ ref('workstation_rules_count') }}
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
    from {{ ref('workstation_team_count') }}
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
    from {{ ref('workstation_wechat_count') }}
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
    from {{ ref('workstation_window_count') }}
)

select * from metric
