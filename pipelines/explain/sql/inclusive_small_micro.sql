-- metrics: inclusive_small_micro_balance, inclusive_small_micro_customer_count
-- loads: loan_account@period, customer@period, credit_line@period, org_unit@period
-- labels: credit_total=单户授信总额|credit total, limit_value=口径上限|limit of the definition,
--     customer_row=客户依据|customer found in
-- grain: one row per loan note that the definition counts, with a balance
with

branch_group as (
    select
        'all' as segment,
        org_id
    from org_unit
    union all
    select
        'township_outlets' as segment,
        org_id
    from org_unit
    where location_code = 'township' and org_type_code <> 'bank'
),

credit as (
    select
        line.customer_id,
        sum(line.credit_amount) as credit_total
    from credit_line as line
    inner join run.run_context as context
        on
            line.effective_date <= context.period_end
            and coalesce(line.expiry_date >= context.period_end, true)
    where line.credit_kind_code = 'operating' and line.status_code = 'active'
    group by line.customer_id
),

exposure as (
    select
        customer_id,
        greatest(sum(balance), sum(loan_amount)) as credit_total
    from loan_account
    where purpose_code = 'operating' and balance > 0
    group by customer_id
),

described as (
    select
        loan.*,
        coalesce(credit.credit_total, exposure.credit_total, 0) as credit_total,
        threshold.limit_value,
        customer.borrower_category_code,
        customer.enterprise_size_code,
        customer.load_id as customer_row_load_id,
        customer.row_no as customer_row_row_no,
        case
            when threshold.definition_id is null then loan.is_inclusive
            else
                loan.purpose_code = 'operating'
                and not coalesce(loan.is_bill_finance, false)
                and (
                    customer.borrower_category_code in ('individual_business', 'small_micro_owner')
                    or (
                        customer.borrower_category_code = 'enterprise'
                        and customer.enterprise_size_code in ('small', 'micro')
                    )
                )
                and (
                    coalesce(credit.credit_total, exposure.credit_total, 0) < threshold.limit_value
                    or (
                        threshold.operator = '<='
                        and coalesce(credit.credit_total, exposure.credit_total, 0)
                        = threshold.limit_value
                    )
                )
        end as is_counted
    from loan_account as loan
    left join customer on loan.customer_id = customer.customer_id
    left join credit on loan.customer_id = credit.customer_id
    left join exposure on loan.customer_id = exposure.customer_id
    left join metric_threshold as threshold
        on
            threshold.definition_id = $definition_id
            and threshold.measure = 'single_borrower_credit'
    where list_contains($branches, loan.branch_id) and loan.balance <> 0
),

-- a customer counts once in a group: its first loan carries 1
numbered as (
    select
        described.*,
        branch_group.segment,
        row_number() over (
            partition by branch_group.segment, described.customer_id order by described.loan_id
        ) as occurrence
    from described
    inner join branch_group on described.branch_id = branch_group.org_id
    where described.is_counted
)

select
    segment,
    'loan_account' as ledger,
    branch_id,
    load_id,
    row_no,
    loan_id as row_key,
    case $metric_id
        when 'inclusive_small_micro_customer_count' then case when occurrence = 1 then 1 else 0 end
        else balance
    end as numerator_part,
    cast(null as decimal(18, 2)) as denominator_part,
    customer_id,
    borrower_category_code,
    enterprise_size_code,
    is_inclusive,
    purpose_code,
    credit_total,
    limit_value,
    contract_status_code,
    customer_row_load_id,
    customer_row_row_no
from numbered
