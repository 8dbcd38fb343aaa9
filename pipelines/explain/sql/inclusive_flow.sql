-- metrics: inclusive_loan_disbursed_amount, inclusive_loan_disbursed_customer_count,
--     inclusive_loan_annualised_interest
-- loads: loan_event@year, loan_account@year, customer@year, credit_line@year
-- labels: credit_total=发放月授信总额|credit total that month, credit_line_count=授信笔数|credit lines,
--     band=授信档次|credit band, loan_row=借据依据|loan found in,
--     customer_row=客户依据|customer found in
-- grain: one row per disbursement of the year and cell (form row x credit band) it is in
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

month_window as (
    select * from run.run_month
    where is_current_year
),

-- what was disbursed stays where it was reported: size, credit and loan are those of that month
disbursement as (
    select
        event.*,
        month_window.month_end
    from loan_event_history as event
    inner join month_window on event.month = month_window.month
    where event.event_type_code = 'disburse' and list_contains($branches, event.branch_id)
),

drawing_customer as (
    select distinct
        customer_id,
        month,
        month_end
    from disbursement
),

credit as (
    select
        line.customer_id,
        line.month,
        sum(line.credit_amount) as credit_total,
        count(*) as credit_line_count
    from credit_line_history as line
    inner join drawing_customer as drawing
        on
            line.customer_id = drawing.customer_id
            and line.month = drawing.month
            and line.effective_date <= drawing.month_end
            and coalesce(line.expiry_date >= drawing.month_end, true)
    where line.credit_kind_code = 'operating' and line.status_code = 'active'
    group by
        line.customer_id,
        line.month
),

exposure as (
    select
        loan.customer_id,
        loan.month,
        greatest(sum(loan.balance), sum(loan.loan_amount)) as credit_total
    from loan_account_history as loan
    inner join drawing_customer as drawing
        on loan.customer_id = drawing.customer_id and loan.month = drawing.month
    where loan.purpose_code = 'operating' and loan.balance > 0
    group by
        loan.customer_id,
        loan.month
),

-- a customer newer than the register of that month is looked up in the current one
known_borrower as (
    select
        0 as staleness,
        drawing.month,
        customer.customer_id,
        customer.borrower_category_code,
        customer.enterprise_size_code,
        customer.is_farm_household,
        customer.is_rural_collective,
        customer.is_cooperative,
        customer.is_tech_innovation,
        customer.is_disabled,
        customer.load_id,
        customer.row_no
    from drawing_customer as drawing
    inner join customer_history as customer
        on drawing.customer_id = customer.customer_id and drawing.month = customer.month
    union all
    select
        1 as staleness,
        drawing.month,
        customer.customer_id,
        customer.borrower_category_code,
        customer.enterprise_size_code,
        customer.is_farm_household,
        customer.is_rural_collective,
        customer.is_cooperative,
        customer.is_tech_innovation,
        customer.is_disabled,
        customer.load_id,
        customer.row_no
    from drawing_customer as drawing
    inner join customer on drawing.customer_id = customer.customer_id
),

ranked_borrower as (
    select
        known_borrower.*,
        row_number() over (partition by customer_id, month order by staleness) as preference
    from known_borrower
),

borrower as (
    select * from ranked_borrower
    where preference = 1
),

described as (
    select
        disbursement.branch_id,
        disbursement.load_id,
        disbursement.row_no,
        disbursement.event_id,
        disbursement.event_date,
        disbursement.loan_id,
        disbursement.customer_id,
        disbursement.principal_amount,
        disbursement.annual_rate,
        loan.is_bill_finance,
        loan.is_agri,
        loan.is_startup_guarantee,
        loan.guarantee_type_code,
        loan.original_due_date,
        loan.disbursement_date,
        loan.disbursement_kind_code,
        loan.load_id as loan_row_load_id,
        loan.row_no as loan_row_row_no,
        borrower.borrower_category_code,
        borrower.enterprise_size_code,
        borrower.is_farm_household,
        borrower.is_rural_collective,
        borrower.is_cooperative,
        borrower.is_tech_innovation,
        borrower.is_disabled,
        borrower.load_id as customer_row_load_id,
        borrower.row_no as customer_row_row_no,
        coalesce(credit.credit_total, exposure.credit_total, 0) as credit_total,
        coalesce(credit.credit_line_count, 0) as credit_line_count
    from disbursement
    inner join loan_account_history as loan
        on disbursement.loan_id = loan.loan_id and disbursement.month = loan.month
    inner join borrower
        on
            disbursement.customer_id = borrower.customer_id
            and disbursement.month = borrower.month
    left join credit
        on
            disbursement.customer_id = credit.customer_id
            and disbursement.month = credit.month
    left join exposure
        on
            disbursement.customer_id = exposure.customer_id
            and disbursement.month = exposure.month
    where loan.purpose_code = 'operating'
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
    inner join s71_band as leaf_title on band.leaf_band = leaf_title.band_id
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

-- a customer counts once in a cell and band drawn in: its first disbursement there carries 1
numbered as (
    select
        in_cell.*,
        row_number() over (
            partition by segment, customer_id, borrower_group, leaf_band
            order by event_date, event_id
        ) as occurrence
    from in_cell
)

select
    segment,
    'loan_event' as ledger,
    branch_id,
    load_id,
    row_no,
    event_id as row_key,
    case $metric_id
        when 'inclusive_loan_disbursed_amount' then principal_amount
        when 'inclusive_loan_annualised_interest' then principal_amount * annual_rate
        else case when occurrence = 1 then 1 else 0 end
    end as numerator_part,
    cast(null as decimal(18, 2)) as denominator_part,
    event_date,
    loan_id,
    customer_id,
    annual_rate,
    borrower_category_code,
    enterprise_size_code,
    credit_total,
    credit_line_count,
    band,
    is_agri,
    guarantee_type_code,
    loan_row_load_id,
    loan_row_row_no,
    customer_row_load_id,
    customer_row_row_no
from numbered
