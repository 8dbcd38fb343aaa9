-- metrics: inclusive_loan_balance, inclusive_loan_customer_count, inclusive_loan_npl_balance
-- loads: loan_account@period, customer@period, credit_line@period
-- labels: credit_total=单户授信总额|credit total, credit_line_count=授信笔数|credit lines,
--     band=授信档次|credit band, customer_row=客户依据|customer found in
-- grain: one row per operating loan with a balance and cell (form row x credit band) it is in
with

band_limit as (
    select
        max(case when band_id = 'credit_le_1m' then upper_limit_yuan end) as limit_1m,
        max(case when band_id = 'credit_1m_5m' then upper_limit_yuan end) as limit_5m,
        max(case when band_id = 'credit_5m_10m' then upper_limit_yuan end) as limit_10m,
        max(case when band_id = 'credit_10m_30m' then upper_limit_yuan end) as limit_30m
    from s71_band
    where band_id = leaf_band
),

operating as (
    select * from loan_account
    where purpose_code = 'operating' and balance > 0
),

-- a customer's limits and loans count over the whole bank
credit as (
    select
        line.customer_id,
        sum(line.credit_amount) as credit_total,
        count(*) as credit_line_count
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
    from operating
    group by customer_id
),

described as (
    select
        loan.*,
        coalesce(credit.credit_total, exposure.credit_total) as credit_total,
        coalesce(credit.credit_line_count, 0) as credit_line_count,
        customer.borrower_category_code,
        customer.enterprise_size_code,
        customer.is_farm_household,
        customer.is_rural_collective,
        customer.is_cooperative,
        customer.is_tech_innovation,
        customer.is_disabled,
        customer.load_id as customer_row_load_id,
        customer.row_no as customer_row_row_no
    from operating as loan
    inner join customer on loan.customer_id = customer.customer_id
    left join credit on loan.customer_id = credit.customer_id
    left join exposure on loan.customer_id = exposure.customer_id
    where list_contains($branches, loan.branch_id)
),

graded as (
    select
        described.*,
        case
            when credit_total <= limit_1m then 'credit_le_1m'
            when credit_total <= limit_5m then 'credit_1m_5m'
            when credit_total <= limit_10m then 'credit_5m_10m'
            when credit_total <= limit_30m then 'credit_10m_30m'
        end as leaf_band,
        case borrower_category_code
            when 'enterprise'
                then
                    case
                        when enterprise_size_code in ('small', 'micro')
                            then 'small_micro_enterprise'
                    end
            when 'other_individual'
                then
                    case
                        when not coalesce(is_farm_household, false)
                            then 'other_individual_non_farm'
                    end
            else borrower_category_code
        end as borrower_group
    from described
    cross join band_limit
),

in_cell as (
    select
        form_row.row_id || '.' || band.band_id as segment,
        leaf_title.title_zh as band,
        graded.*
    from graded
    inner join s71_row as form_row on graded.borrower_group = form_row.borrower_group
    inner join s71_band as band
        on
            graded.leaf_band = band.leaf_band
            and (band.is_within_headline or not form_row.is_headline)
    inner join s71_band as leaf_title
        on band.leaf_band = leaf_title.band_id
    where
        not (
            coalesce(graded.is_bill_finance, false)
            and (form_row.is_headline or band.excludes_bill)
        )
        and coalesce(
            case form_row.flag_code
                when 'any' then true
                when 'agri' then graded.is_agri
                when 'rural_collective' then graded.is_rural_collective
                when 'cooperative' then graded.is_cooperative
                when 'tech_innovation' then graded.is_tech_innovation
                when 'startup_guarantee' then graded.is_startup_guarantee
                when 'disabled_startup_guarantee'
                    then graded.is_startup_guarantee and graded.is_disabled
                when 'credit' then graded.guarantee_type_code = 'credit'
                when 'medium_long_term'
                    then graded.original_due_date > graded.disbursement_date + to_years(1)
                when 'renewal_without_repayment'
                    then graded.disbursement_kind_code = 'renewal_without_repayment'
            end,
            false
        )
),

-- a customer counts once in a cell: its first loan carries 1
numbered as (
    select
        in_cell.*,
        row_number() over (partition by segment, customer_id order by loan_id) as occurrence
    from in_cell
)

select
    segment,
    'loan_account' as ledger,
    branch_id,
    load_id,
    row_no,
    loan_id as row_key,
    case $metric_id
        when 'inclusive_loan_customer_count' then case when occurrence = 1 then 1 else 0 end
        else balance
    end as numerator_part,
    cast(null as decimal(18, 2)) as denominator_part,
    customer_id,
    borrower_category_code,
    enterprise_size_code,
    credit_total,
    credit_line_count,
    band,
    five_class_code,
    is_agri,
    guarantee_type_code,
    customer_row_load_id,
    customer_row_row_no
from numbered
where
    $metric_id <> 'inclusive_loan_npl_balance'
    or five_class_code in ('substandard', 'doubtful', 'loss')
