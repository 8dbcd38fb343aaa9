-- grain: one row per branch and customer with a loan balance there at period end
{{ config(materialized='ephemeral') }}

with

loan as (
    select * from {{ ref('loan_account') }}
    where balance > 0
),

customer as (
    select * from {{ ref('customer') }}
),

holding as (
    select * from {{ ref('customer_deposit') }}
),

param as (
    select * from {{ ref('int_scheme_param') }}
    where
        scheme_id = 'ganyin_five_projects' and param_name = 'naked_loan_deposit_threshold'
),

borrower as (
    select
        branch_id,
        customer_id,
        coalesce(bool_or(is_inclusive), false) as is_inclusive,
        count(*) - count(is_inclusive) as unknown_count
    from loan
    group by
        branch_id,
        customer_id
),

category as (
    select
        customer_id,
        bool_or(borrower_category_code in ('enterprise', 'other_organisation')) as is_corporate,
        bool_or(
            borrower_category_code in ('enterprise', 'individual_business', 'small_micro_owner')
        ) as is_merchant
    from customer
    group by customer_id
),

-- what a customer holds anywhere in the bank counts
held as (
    select
        customer_id,
        sum(deposit_balance) as deposit_balance,
        sum(deposit_daily_avg) + sum(coalesce(wealth_daily_avg, 0)) as daily_avg,
        bool_or(is_acquiring_signed) as is_acquiring,
        bool_or(is_payroll_signed) as is_payroll,
        bool_or(has_settlement_account) as has_settlement
    from holding
    group by customer_id
),

combined as (
    select
        borrower.branch_id,
        borrower.customer_id,
        borrower.is_inclusive,
        category.is_corporate,
        category.is_merchant,
        coalesce(held.deposit_balance, 0) > 0 as has_deposit,
        coalesce(held.is_acquiring, false) as is_acquiring,
        coalesce(held.is_payroll, false) as is_payroll,
        coalesce(held.has_settlement, false) as has_settlement,
        coalesce(
            coalesce(held.daily_avg, 0) < param.param_number
            and not coalesce(held.is_acquiring, false)
            and not coalesce(held.is_payroll, false)
            and not coalesce(held.has_settlement, false),
            false
        ) as is_naked,
        case when borrower.unknown_count > 0 then 'no_source:loan_account.is_inclusive' end
            as inclusive_reason,
        case when category.is_corporate is null then 'no_source:customer.borrower_category_code' end
            as category_reason,
        case
            when param.org_id is null then 'missing_parameter:naked_loan_deposit_threshold'
            when param.param_number is null
                then 'invalid_parameter:naked_loan_deposit_threshold'
        end as threshold_reason
    from borrower
    left join category on borrower.customer_id = category.customer_id
    left join held on borrower.customer_id = held.customer_id
    left join param on borrower.branch_id = param.org_id
)

select * from combined
