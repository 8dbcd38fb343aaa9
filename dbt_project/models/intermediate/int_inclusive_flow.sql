-- grain: one row per active organisation, S71_I row and credit band: loans disbursed in the year
-- depends_on: {{ ref('int_inclusive_stock') }}
-- The two largest models take turns: side by side they would share the memory and spill.
with

event as (
    select * from {{ ref('loan_event_history') }}
),

loan as (
    select * from {{ ref('loan_account_history') }}
),

-- imported once per use: a CTE with two readers would be held in memory whole
granted as (
    select * from {{ ref('loan_account_history') }}
    where purpose_code = 'operating'
),

customer as (
    select * from {{ ref('customer') }}
),

customer_history as (
    select * from {{ ref('customer_history') }}
),

credit_line as (
    select * from {{ ref('credit_line_history') }}
),

month_window as (
    select * from {{ source('run', 'run_month') }}
    where is_current_year
),

member as (
    select * from {{ ref('int_org_member') }}
),

source_gap as (
    select * from {{ ref('int_source_gap') }}
    where ledger in ('loan_event', 'loan_account')
),

flag_gap as (
    select * from {{ ref('int_inclusive_flag_gap') }}
),

band_limit as (
    {{ inclusive_band_limit() }}
),

-- What was disbursed stays where it was reported: size, credit and loan are those of the month of
-- the disbursement (general note 7).
disbursement as (
    select
        event.month,
        month_window.month_end,
        event.branch_id,
        event.customer_id,
        event.loan_id,
        event.principal_amount,
        event.annual_rate
    from event
    inner join month_window on event.month = month_window.month
    where event.event_type_code = 'disburse'
),

drawing_customer as (
    select distinct
        month,
        month_end,
        customer_id
    from disbursement
),

borrower_then as (
    select
        drawing_customer.month,
        drawing_customer.customer_id,
        customer_history.borrower_category_code,
        customer_history.enterprise_size_code,
        customer_history.is_farm_household,
        customer_history.is_rural_collective,
        customer_history.is_cooperative,
        customer_history.is_tech_innovation,
        customer_history.is_disabled
    from drawing_customer
    inner join customer_history
        on
            drawing_customer.customer_id = customer_history.customer_id
            and drawing_customer.month = customer_history.month
),

-- a register is not sent every month: a customer newer than that of the month is looked up in the
-- current one
borrower as (
    select * from borrower_then
    union all
    select
        drawing_customer.month,
        drawing_customer.customer_id,
        customer.borrower_category_code,
        customer.enterprise_size_code,
        customer.is_farm_household,
        customer.is_rural_collective,
        customer.is_cooperative,
        customer.is_tech_innovation,
        customer.is_disabled
    from drawing_customer
    inner join customer on drawing_customer.customer_id = customer.customer_id
    left join borrower_then
        on
            drawing_customer.customer_id = borrower_then.customer_id
            and drawing_customer.month = borrower_then.month
    where borrower_then.customer_id is null
),

credit as (
    select
        drawing_customer.month,
        drawing_customer.customer_id,
        sum(credit_line.credit_amount) as credit_total
    from drawing_customer
    inner join credit_line
        on
            drawing_customer.customer_id = credit_line.customer_id
            and drawing_customer.month = credit_line.month
            and drawing_customer.month_end >= credit_line.effective_date
            and coalesce(drawing_customer.month_end <= credit_line.expiry_date, true)
    where credit_line.credit_kind_code = 'operating' and credit_line.status_code = 'active'
    group by
        drawing_customer.month,
        drawing_customer.customer_id
),

without_credit as (
    select
        drawing_customer.month,
        drawing_customer.customer_id
    from drawing_customer
    left join credit
        on
            drawing_customer.customer_id = credit.customer_id
            and drawing_customer.month = credit.month
    where credit.customer_id is null
),

drawn_loan as (
    select distinct
        month,
        loan_id
    from disbursement
),

-- what was granted counts although it was repaid within the month
exposure as (
    select
        without_credit.month,
        without_credit.customer_id,
        case
            when sum(granted.balance) > sum(granted.loan_amount) then sum(granted.balance)
            else sum(granted.loan_amount)
        end as credit_total
    from without_credit
    inner join granted
        on
            without_credit.customer_id = granted.customer_id
            and without_credit.month = granted.month
    left join drawn_loan
        on granted.month = drawn_loan.month and granted.loan_id = drawn_loan.loan_id
    where granted.balance > 0 or drawn_loan.loan_id is not null
    group by
        without_credit.month,
        without_credit.customer_id
),

credit_total as (
    select * from credit
    union all
    select * from exposure
),

graded as (
    select
        disbursement.branch_id,
        disbursement.customer_id,
        {{ inclusive_borrower_group('borrower') }} as borrower_group,
        -- a loan that the month's ledger does not list is graded by what was drawn
        {{ inclusive_leaf_band(
            'coalesce(credit_total.credit_total, disbursement.principal_amount)', 'band_limit'
        ) }} as leaf_band,
        {{ inclusive_flags('loan', 'borrower') }} as flags,
        disbursement.principal_amount as first_amount,
        disbursement.principal_amount * disbursement.annual_rate as second_amount,
        case
            when disbursement.principal_amount is null then 'no_source:loan_event.principal_amount'
            else {{ inclusive_unknown('loan', 'borrower') }}
        end as loan_reason,
        disbursement.annual_rate is null as is_rate_unknown,
        loan.is_agri is null as is_agri_unknown,
        loan.original_due_date is null as is_term_unknown
    from disbursement
    cross join band_limit
    left join loan
        on disbursement.loan_id = loan.loan_id and disbursement.month = loan.month
    left join borrower
        on
            disbursement.customer_id = borrower.customer_id
            and disbursement.month = borrower.month
    left join credit_total
        on
            disbursement.customer_id = credit_total.customer_id
            and disbursement.month = credit_total.month
    where coalesce(loan.purpose_code = 'operating', true)
),

{{ inclusive_cells('graded') }},

unknown_by_org as (
    select
        member.org_id,
        min(graded.loan_reason) as loan_reason,
        max(case when graded.is_rate_unknown then 'no_source:loan_event.annual_rate' end)
            as rate_reason,
        max(case when graded.is_agri_unknown then 'no_source:loan_account.is_agri' end)
            as agri_reason,
        max(case when graded.is_term_unknown then 'no_source:loan_account.original_due_date' end)
            as term_reason
    from graded
    inner join member on graded.branch_id = member.branch_id
    where
        graded.loan_reason is not null
        or graded.is_rate_unknown
        or graded.is_agri_unknown
        or graded.is_term_unknown
    group by member.org_id
),

missing as (
    select
        source_gap.org_id,
        min(source_gap.reason_code) as reason_code
    from source_gap
    inner join month_window on source_gap.month = month_window.month
    group by source_gap.org_id
),

missing_flag as (
    select
        flag_gap.org_id,
        flag_gap.row_id,
        min(flag_gap.reason_code) as reason_code
    from flag_gap
    inner join month_window on flag_gap.month = month_window.month
    group by
        flag_gap.org_id,
        flag_gap.row_id
),

flow as (
    select
        cell.org_level,
        cell.org_id,
        cell.segment,
        cell.first_amount as disbursed_amount,
        cell.second_amount as annualised_interest,
        cell.customer_count,
        coalesce(
            missing.reason_code,
            unknown_by_org.loan_reason,
            missing_flag.reason_code,
            case
                when cell.row_id = 'small_micro_enterprise_agri' then unknown_by_org.agri_reason
                when cell.row_id = 'inclusive_small_micro_medium_long_term'
                    then unknown_by_org.term_reason
            end
        ) as reason_code,
        unknown_by_org.rate_reason
    from cell
    left join missing on cell.org_id = missing.org_id
    left join unknown_by_org on cell.org_id = unknown_by_org.org_id
    left join missing_flag
        on cell.org_id = missing_flag.org_id and cell.row_id = missing_flag.row_id
)

select * from flow
