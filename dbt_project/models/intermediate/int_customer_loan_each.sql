-- grain: one row per branch and customer with a loan outstanding at period end
{{ config(materialized='ephemeral') }}

with

loan as (
    select * from {{ ref('loan_account') }}
    where coalesce(balance <> 0, true)
),

customer as (
    select * from {{ ref('customer') }}
),

credit_line as (
    select * from {{ ref('credit_line') }}
),

context as (
    select * from {{ source('run', 'run_context') }}
),

-- Kinds of loan overlap (AMB-108): a loan may count in several sums, and they are never added up.
-- "Operating" leaves out bill finance, as row 6 of S71 part I does.
by_customer as (
    select
        branch_id,
        customer_id,
        sum(balance) as balance,
        sum(case when is_small_micro then balance else 0 end) as small_micro_balance,
        sum(case when is_inclusive then balance else 0 end) as inclusive_balance,
        sum(case when guarantee_type_code = 'credit' then balance else 0 end) as credit_balance,
        sum(case when product_class_code = 'micro_credit' then balance else 0 end)
            as micro_credit_balance,
        sum(case when product_class_code = 'beautiful_home' then balance else 0 end)
            as beautiful_home_balance,
        sum(case when product_class_code = 'beautiful_field' then balance else 0 end)
            as beautiful_field_balance,
        sum(
            case
                when purpose_code = 'operating' and not coalesce(is_bill_finance, false)
                    then balance
                else 0
            end
        ) as operating_balance,
        sum(case when purpose_code = 'operating' and balance > 0 then balance else 0 end)
            as operating_outstanding,
        sum(case when purpose_code = 'operating' and balance > 0 then loan_amount else 0 end)
            as operating_granted,
        count(*) - count(is_small_micro) as unknown_small_micro_count,
        count(*) - count(is_inclusive) as unknown_inclusive_count,
        count(*) - count(purpose_code) as unknown_purpose_count,
        count(*) - count(balance) as unknown_balance_count
    from loan
    group by
        branch_id,
        customer_id
),

-- Credit of one customer over the whole bank: operating limits in force at period end; without
-- one the greater of what is outstanding and what was granted.
granted_line as (
    select
        credit_line.customer_id,
        sum(credit_line.credit_amount) as credit_total
    from credit_line
    inner join context
        on
            credit_line.effective_date <= context.period_end
            and coalesce(credit_line.expiry_date >= context.period_end, true)
    where credit_line.credit_kind_code = 'operating' and credit_line.status_code = 'active'
    group by credit_line.customer_id
),

exposure as (
    select
        customer_id,
        case
            when sum(operating_outstanding) > sum(operating_granted)
                then sum(operating_outstanding)
            else sum(operating_granted)
        end as credit_total,
        count(*) > 1 as is_at_several
    from by_customer
    group by customer_id
),

joined as (
    select
        by_customer.branch_id,
        by_customer.customer_id,
        exposure.is_at_several,
        by_customer.balance,
        by_customer.small_micro_balance,
        by_customer.inclusive_balance,
        by_customer.credit_balance,
        by_customer.micro_credit_balance,
        by_customer.beautiful_home_balance,
        by_customer.beautiful_field_balance,
        by_customer.operating_balance,
        coalesce(customer.is_farm_household, false) as is_farm_household,
        coalesce(
            customer.borrower_category_code in ('individual_business', 'small_micro_owner')
            or (
                customer.borrower_category_code = 'enterprise'
                and customer.enterprise_size_code in ('small', 'micro')
            ),
            false
        ) as is_small_micro_borrower,
        coalesce(granted_line.credit_total, exposure.credit_total) as credit_total,
        case
            when by_customer.unknown_balance_count > 0 then 'no_source:loan_account.balance'
            when by_customer.unknown_inclusive_count > 0 then 'no_source:loan_account.is_inclusive'
        end as inclusive_reason,
        case
            when by_customer.unknown_balance_count > 0 then 'no_source:loan_account.balance'
            when by_customer.unknown_small_micro_count > 0
                then 'no_source:loan_account.is_small_micro'
        end as small_micro_reason,
        -- the first thing that the sources do not say about borrower, size and purpose
        case
            when by_customer.unknown_balance_count > 0 then 'no_source:loan_account.balance'
            when by_customer.unknown_purpose_count > 0 then 'no_source:loan_account.purpose_code'
            when customer.borrower_category_code is null
                then 'no_source:customer.borrower_category_code'
            when
                customer.borrower_category_code = 'enterprise'
                and customer.enterprise_size_code is null
                and by_customer.operating_balance <> 0
                then 'no_source:customer.enterprise_size_code'
        end as size_reason,
        case when customer.is_farm_household is null then 'no_source:customer.is_farm_household' end
            as farm_household_reason
    from by_customer
    left join customer on by_customer.customer_id = customer.customer_id
    left join granted_line on by_customer.customer_id = granted_line.customer_id
    left join exposure on by_customer.customer_id = exposure.customer_id
)

select * from joined
