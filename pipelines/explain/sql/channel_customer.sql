-- metrics: mobile_bank_effective_customers, fengshou_epay_effective_customers,
--     corp_ebank_effective_coverage
-- loads: customer_deposit@period, customer@rows, scheme_param@period
-- labels: customer_row=客户依据|customer found in, months=有效月数|months
-- grain: one row per customer
with

param as (
    select
        org_id,
        cast(param_number as integer) as months
    from int_scheme_param
    where scheme_id = 'lanxi_five_year' and param_name = 'effective_customer_months'
),

dated as (
    select
        deposit.*,
        param.months,
        customer.borrower_category_code,
        customer.load_id as customer_row_load_id,
        customer.row_no as customer_row_row_no,
        case $metric_id
            when 'mobile_bank_effective_customers' then deposit.mobile_last_date
            when 'fengshou_epay_effective_customers' then deposit.e_pay_last_date
            else deposit.corporate_bank_last_date
        end as last_date,
        context.period_end
    from customer_deposit as deposit
    cross join run.run_context as context
    inner join param on deposit.branch_id = param.org_id
    left join customer on deposit.customer_id = customer.customer_id
    where list_contains($branches, deposit.branch_id)
),

judged as (
    select
        dated.*,
        coalesce(
            last_date > cast(period_end - to_months(months) as date) and last_date <= period_end,
            false
        ) as is_effective
    from dated
    where
        $metric_id <> 'corp_ebank_effective_coverage'
        or (
            has_settlement_account
            and borrower_category_code in ('enterprise', 'other_organisation')
        )
),

numbered as (
    select
        judged.*,
        row_number() over (partition by customer_id order by is_effective desc, branch_id)
            as occurrence
    from judged
    where is_effective or $metric_id = 'corp_ebank_effective_coverage'
)

select
    'all' as segment,
    'customer_deposit' as ledger,
    branch_id,
    load_id,
    row_no,
    customer_id as row_key,
    case when is_effective then 1 else 0 end as numerator_part,
    case when $metric_id = 'corp_ebank_effective_coverage' then 1 end as denominator_part,
    borrower_category_code,
    has_settlement_account,
    mobile_last_date,
    e_pay_last_date,
    corporate_bank_last_date,
    months,
    customer_row_load_id,
    customer_row_row_no
from numbered
where occurrence = 1
