-- metrics: naked_loan_customer_rate, acquiring_signing_rate, payroll_signing_rate, main_bank_p8,
--     cross_sell_bundle
-- loads: loan_account@period, customer_deposit@period, customer@period, scheme_param@period
-- labels: daily_avg=存款理财年日均|daily average of deposits and wealth,
--     is_corporate=是否单位客户|corporate, holding_row=客户日均依据|held as in
-- grain: one row per customer: the first loan with a balance at the organisation
with

held as (
    select
        customer_id,
        sum(deposit_balance) as deposit_balance,
        sum(deposit_daily_avg + coalesce(wealth_daily_avg, 0)) as daily_avg,
        bool_or(is_acquiring_signed) as is_acquiring_signed,
        bool_or(is_payroll_signed) as is_payroll_signed,
        bool_or(has_settlement_account) as has_settlement_account,
        arg_min(load_id, branch_id) as load_id,
        arg_min(row_no, branch_id) as row_no
    from customer_deposit
    group by customer_id
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

borrower as (
    select
        loan.branch_id,
        loan.load_id,
        loan.row_no,
        loan.loan_id,
        loan.customer_id,
        loan.balance,
        loan.is_inclusive,
        bool_or(loan.is_inclusive) over (partition by loan.customer_id) as has_inclusive,
        row_number() over (
            partition by loan.customer_id
            order by case when loan.is_inclusive then 0 else 1 end, loan.loan_id
        ) as occurrence
    from loan_account as loan
    where list_contains($branches, loan.branch_id) and loan.balance > 0
),

threshold as (
    select
        org_id,
        param_number
    from int_scheme_param
    where
        scheme_id = 'ganyin_five_projects' and param_name = 'naked_loan_deposit_threshold'
),

-- by the thresholds of every organisation where the customer has such a loan
below as (
    select
        borrower.customer_id,
        bool_or(coalesce(held.daily_avg, 0) < threshold.param_number) as is_below
    from borrower
    left join held on borrower.customer_id = held.customer_id
    left join threshold on borrower.branch_id = threshold.org_id
    where borrower.is_inclusive
    group by borrower.customer_id
),

placed as (
    select
        borrower.branch_id,
        borrower.load_id,
        borrower.row_no,
        borrower.loan_id,
        borrower.customer_id,
        borrower.has_inclusive,
        coalesce(category.is_corporate, false) as is_corporate,
        coalesce(category.is_merchant, false) as is_merchant,
        coalesce(held.daily_avg, 0) as daily_avg,
        coalesce(held.deposit_balance, 0) as deposit_balance,
        coalesce(held.is_acquiring_signed, false) as is_acquiring_signed,
        coalesce(held.is_payroll_signed, false) as is_payroll_signed,
        coalesce(held.has_settlement_account, false) as has_settlement_account,
        coalesce(below.is_below, false) as is_below,
        held.load_id as holding_row_load_id,
        held.row_no as holding_row_row_no
    from borrower
    left join held on borrower.customer_id = held.customer_id
    left join category on borrower.customer_id = category.customer_id
    left join below on borrower.customer_id = below.customer_id
    where borrower.occurrence = 1
),

segment as (
    select
        unnest(
            case $metric_id
                when 'naked_loan_customer_rate' then ['all', 'corporate']
                when 'acquiring_signing_rate' then ['all', 'every_inclusive']
                when 'main_bank_p8' then ['all', 'inclusive']
                else ['all']
            end
        ) as segment
)

select
    segment.segment,
    'loan_account' as ledger,
    placed.branch_id,
    placed.load_id,
    placed.row_no,
    placed.loan_id as row_key,
    case $metric_id
        when 'cross_sell_bundle'
            then
                1
                + cast(placed.has_settlement_account as integer)
                + cast(placed.is_acquiring_signed as integer)
                + cast(placed.is_payroll_signed as integer)
        else
            cast(
                case $metric_id
                    when 'naked_loan_customer_rate'
                        then
                            placed.is_below
                            and not placed.has_settlement_account
                            and not placed.is_acquiring_signed
                            and not placed.is_payroll_signed
                    when 'acquiring_signing_rate' then placed.is_acquiring_signed
                    when 'payroll_signing_rate' then placed.is_payroll_signed
                    else placed.deposit_balance > 0
                end as integer
            )
    end as numerator_part,
    1 as denominator_part,
    placed.customer_id,
    placed.is_corporate,
    placed.deposit_balance,
    placed.daily_avg,
    placed.has_settlement_account,
    placed.is_acquiring_signed,
    placed.is_payroll_signed,
    placed.holding_row_load_id,
    placed.holding_row_row_no
from placed
cross join segment
where
    case
        when $metric_id = 'main_bank_p8' and segment.segment = 'all' then true
        when not placed.has_inclusive then false
        when segment.segment = 'corporate' or $metric_id = 'payroll_signing_rate'
            then placed.is_corporate
        when $metric_id = 'acquiring_signing_rate' and segment.segment = 'all'
            then placed.is_merchant
        else true
    end
