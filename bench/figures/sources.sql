-- ---- figures that stay empty when a file they need was not sent ------------------------------------

create table need (ledger varchar, reach varchar, metric_id varchar);
insert into need
select ledger, reach, unnest(metrics)
from (
    values
        ('loan_account', 'now', [
            'loan_total', 'sme_loan', 'other_loan', 'cm_grade_by_portfolio', 'sme_manager_extra_quota', 'sme_manager_quota',
            'inclusive_outlet_coverage_rate', 'deposit_no_loan_customers', 'acquiring_signing_rate', 'cross_sell_bundle',
            'customer_deposit_loan_ratio', 'main_bank_p8', 'naked_loan_customer_rate', 'payroll_signing_rate',
            'reserve_fund_ratio'
        ]),
        ('loan_account', 'year', ['multi_dimension_profit']),
        ('loan_account', 'opening', ['multi_dimension_profit']),
        ('loan_event', 'year', ['multi_dimension_profit', 'credit_disbursement', 'lending_plan_completion']),
        ('loan_event', 'year', ['p8_effective_use_rate', 'self_service_small_loan_ratio']),
        ('credit_line', 'now', ['p8_effective_use_rate']),
        ('channel_activity', 'year', ['ebank_substitution_rate']),
        ('service_check', 'year', ['grid_customer_satisfaction']),
        ('card', 'year', ['docking_contact_card_rate', 'docking_five_total']),
        ('customer_deposit', 'now', [
            'corporate_deposit', 'savings_deposit', 'deposit_no_loan_customers', 'acquiring_signing_rate',
            'cross_sell_bundle', 'customer_deposit_loan_ratio', 'main_bank_p8', 'naked_loan_customer_rate',
            'payroll_signing_rate', 'reserve_fund_ratio'
        ]),
        ('customer', 'now', [
            'sme_loan', 'other_loan', 'corporate_deposit', 'savings_deposit', 'acquiring_signing_rate',
            'payroll_signing_rate', 'naked_loan_customer_rate', 'multi_dimension_profit'
        ]),
        ('deposit_tenday', 'now', ['deposit_total', 'deposit_year_end_net_increase', 'deposit_plan_completion']),
        ('deposit_tenday', 'opening', ['deposit_year_end_net_increase', 'deposit_plan_completion']),
        ('branch_expense', 'year', [
            'outlet_income', 'outlet_cost', 'outlet_profit', 'outlet_per_capita', 'outlet_profit_contribution',
            'branch_expense_plan', 'expense_plan_completion', 'earmarked_inclusive_expense', 'earmarked_expense_usage_rate'
        ]),
        ('product_sale', 'year', [
            'icbc_all_outlets_market', 'cm_pricing_balance', 'cm_pricing_to_person', 'intermediary_and_new_business'
        ]),
        ('business_participation', 'year', [
            'icbc_outlet_participation_metric', 'icbc_booking_outlet_ratio', 'icbc_marketing_outlet_ratio',
            'icbc_initiating_outlet_ratio', 'icbc_participating_staff'
        ]),
        ('engagement', 'year', [
            'cm_leader_marketing', 'docking_contact_card_rate', 'docking_five_total', 'docking_negotiation_rate'
        ]),
        ('training', 'year', ['cm_training_plan', 'grid_officer_trained_rate', 'p4_training_joint']),
        ('staff', 'now', [
            'sme_manager_headcount', 'sme_manager_certified_rate', 'cm_rotation_three_years', 'icbc_marketing_specialist',
            'cm_grade_by_portfolio', 'sme_manager_points', 'sme_manager_points_attained_rate', 'establishment_fill_rate',
            'outlet_per_capita'
        ])
) as n (ledger, reach, metrics);

update measured
set reason = absent.reason
from (
    select
        need.metric_id, lacking.org_id,
        min(case reach when 'now' then lacking.now when 'opening' then lacking.opening else lacking.year end) as reason
    from need
    join (
        select * from lack
        union all  -- a place lacks what its branch lacks
        select lack.* replace (place.org_id as org_id) from place join lack on lack.org_id = place.branch_id
    ) as lacking on lacking.ledger = need.ledger
    group by all
) as absent
where measured.metric_id = absent.metric_id and measured.org_id = absent.org_id
    and measured.reason is null and absent.reason is not null;
