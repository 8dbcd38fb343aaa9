-- metrics: renewal_rate, renewal_rate_provisional
-- loads: loan_account@rows
-- switches: renewal_window_days
-- labels: first_renewal_date=续贷窗口起|window from, last_renewal_date=续贷窗口止|window to,
--     due_principal=到期本金|principal due, is_renewed=是否续贷|renewed,
--     matched_loan_id=续的是|renews, basis_row=到期日依据|due date found in
-- grain: denominator: one row per loan of the cohort, where its principal due stands; numerator: one
--     row per new loan of a customer of the cohort
with

context as (
    select * from run.run_context
),

bound as (
    select
        context.period_start - 2 * max(switch.renewal_window_days) as first_action_date
    from context
    cross join int_switch as switch
    group by context.period_start
),

-- months from the month end before the first date the window can reach
loan as (
    select loan.*
    from loan_account_history as loan
    inner join bound
        on
            loan.month >= strftime(
                bound.first_action_date - cast(extract(day from bound.first_action_date) as integer),
                '%Y-%m'
            )
),

latest_month as (
    select
        loan_id,
        max(month) as month
    from loan
    group by loan_id
),

-- the latest row of a loan speaks: an extension moves it to another cohort
latest as (
    select loan.*
    from loan
    inner join latest_month
        on loan.loan_id = latest_month.loan_id and loan.month = latest_month.month
    where loan.is_inclusive
),

cohort as (
    select
        latest.*,
        latest.due_date - switch.renewal_window_days as first_renewal_date,
        latest.due_date + switch.renewal_window_days as last_renewal_date,
        latest.due_date - switch.renewal_window_days
        - cast(extract(day from latest.due_date - switch.renewal_window_days) as integer)
            as standing_date
    from latest
    cross join context
    inner join int_switch as switch on latest.branch_id = switch.org_id
    where
        list_contains($branches, latest.branch_id)
        and case $metric_id
            when 'renewal_rate'
                then
                    latest.due_date + switch.renewal_window_days
                    between context.period_start and context.period_end
            else latest.due_date between context.period_start and context.period_end
        end
),

-- principal due stands in the month end before the window, or is what was disbursed after it
due_loan as (
    select
        cohort.branch_id,
        cohort.loan_id,
        cohort.customer_id,
        cohort.disbursement_date,
        cohort.due_date,
        cohort.first_renewal_date,
        cohort.last_renewal_date,
        cohort.load_id as basis_row_load_id,
        cohort.row_no as basis_row_row_no,
        case
            when cohort.disbursement_date > cohort.standing_date then cohort.load_id
            else standing.load_id
        end as load_id,
        case
            when cohort.disbursement_date > cohort.standing_date then cohort.row_no
            else standing.row_no
        end as row_no,
        case
            when cohort.disbursement_date > cohort.standing_date then cohort.loan_amount
            else standing.balance
        end as due_principal
    from cohort
    left join loan as standing
        on
            cohort.loan_id = standing.loan_id
            and strftime(cohort.standing_date, '%Y-%m') = standing.month
),

due as (
    select * from due_loan
    where due_principal > 0
),

due_customer as (
    select
        customer_id,
        sum(due_principal) as due_principal
    from due
    group by customer_id
),

-- a new loan counts once, whichever of the customer's due loans it renews
new_loan as (
    select
        latest.loan_id,
        latest.customer_id,
        latest.branch_id,
        latest.load_id,
        latest.row_no,
        latest.loan_amount,
        latest.disbursement_date,
        latest.due_date,
        min(due.loan_id) as matched_loan_id
    from due
    inner join latest
        on
            due.customer_id = latest.customer_id
            and due.loan_id <> latest.loan_id
            and latest.disbursement_date
            between due.first_renewal_date and due.last_renewal_date
    cross join context
    where latest.disbursement_date <= context.period_end
    group by
        latest.loan_id,
        latest.customer_id,
        latest.branch_id,
        latest.load_id,
        latest.row_no,
        latest.loan_amount,
        latest.disbursement_date,
        latest.due_date
),

-- new loans fill up the customer's principal due in the order of their disbursement
renewing as (
    select
        new_loan.*,
        due_customer.due_principal,
        sum(new_loan.loan_amount) over (
            partition by new_loan.customer_id
            order by new_loan.disbursement_date, new_loan.loan_id
            rows between unbounded preceding and current row
        ) as filled,
        row_number() over (
            partition by new_loan.customer_id
            order by new_loan.disbursement_date, new_loan.loan_id
        ) as occurrence
    from new_loan
    inner join due_customer on new_loan.customer_id = due_customer.customer_id
),

basis as (
    select unnest(['household', 'amount']) as segment
)

select
    basis.segment,
    'loan_account' as ledger,
    renewing.branch_id,
    renewing.load_id,
    renewing.row_no,
    renewing.loan_id as row_key,
    case
        when basis.segment = 'household' then case when occurrence = 1 then 1 else 0 end
        else
            least(filled, due_principal) - least(filled - loan_amount, due_principal)
    end as numerator_part,
    cast(null as decimal(38, 2)) as denominator_part,
    renewing.customer_id,
    renewing.disbursement_date,
    renewing.loan_amount,
    renewing.due_date,
    renewing.matched_loan_id,
    cast(null as date) as first_renewal_date,
    cast(null as date) as last_renewal_date,
    cast(null as decimal(18, 2)) as due_principal,
    cast(null as boolean) as is_renewed,
    cast(null as varchar) as basis_row_load_id,
    cast(null as bigint) as basis_row_row_no
from renewing
cross join basis
union all
select
    basis.segment,
    'loan_account' as ledger,
    due.branch_id,
    due.load_id,
    due.row_no,
    due.loan_id as row_key,
    cast(null as decimal(38, 2)) as numerator_part,
    case
        when basis.segment = 'household'
            then
                case
                    when
                        row_number() over (
                            partition by basis.segment, due.customer_id
                            order by due.due_date, due.loan_id
                        ) = 1
                        then 1
                    else 0
                end
        else due.due_principal
    end as denominator_part,
    due.customer_id,
    due.disbursement_date,
    cast(null as decimal(18, 2)) as loan_amount,
    due.due_date,
    cast(null as varchar) as matched_loan_id,
    due.first_renewal_date,
    due.last_renewal_date,
    due.due_principal,
    renewed.customer_id is not null as is_renewed,
    due.basis_row_load_id,
    due.basis_row_row_no
from due
cross join basis
left join (select distinct customer_id from new_loan) as renewed
    on due.customer_id = renewed.customer_id
