-- grain: one row per window (final, provisional) and active organisation (branch or bank)
with

loan_history as (
    select * from {{ ref('loan_account_history') }}
),

-- The history is imported once per use: a CTE with two readers would be held in memory whole.
any_month as (
    select * from {{ ref('loan_account_history') }}
),

standing as (
    select * from {{ ref('loan_account_history') }}
),

incomplete as (
    select * from {{ ref('loan_account_history') }}
    where due_date is null or is_inclusive is null or balance is null
),

context as (
    select * from {{ source('run', 'run_context') }}
),

organisation as (
    select * from {{ ref('int_org') }}
    where is_active
),

member as (
    select * from {{ ref('int_org_member') }}
),

switch as (
    select * from {{ ref('int_switch') }}
),

source_gap as (
    select * from {{ ref('int_source_gap') }}
    where ledger = 'loan_account'
),

-- A loan renews in the N days before or after its due date. A final cohort fell due up to N days
-- before the period, and its principal stands at a month end before another N days; the widest N of
-- any branch bounds what is read.
bound as (
    select
        context.period,
        context.period_end,
        {{ add_days('context.period_start', '-max(switch.renewal_window_days)') }}
            as first_due_date,
        {{ add_days('context.period_start', '-2 * max(switch.renewal_window_days)') }}
            as first_action_date
    from context
    cross join switch
    group by
        context.period,
        context.period_start,
        context.period_end
),

-- months to read for each window: from the month end before the first action date
reach as (
    select
        'final' as window_code,
        period,
        {{ month_of(add_days('first_action_date', '-' ~ day_of('first_action_date'))) }}
            as first_month
    from bound
    union all
    select
        'provisional' as window_code,
        period,
        {{ month_of(add_days('first_due_date', '-' ~ day_of('first_due_date'))) }} as first_month
    from bound
),

-- Rows that put an inclusive loan where the windows look: due there, or disbursed there.
listed as (
    select
        loan_history.loan_id,
        loan_history.customer_id,
        loan_history.branch_id,
        loan_history.month,
        loan_history.loan_amount,
        loan_history.disbursement_date,
        loan_history.due_date
    from loan_history
    inner join reach
        on loan_history.month >= reach.first_month and reach.window_code = 'final'
    cross join bound
    where
        loan_history.is_inclusive
        and (
            loan_history.due_date between bound.first_due_date and bound.period_end
            or loan_history.disbursement_date between bound.first_action_date and bound.period_end
        )
),

candidate as (
    select distinct loan_id
    from listed
),

latest_month as (
    select
        any_month.loan_id,
        max(any_month.month) as month
    from any_month
    inner join candidate on any_month.loan_id = candidate.loan_id
    group by any_month.loan_id
),

-- the latest row of a loan speaks: an extension moves it to another cohort, or out
latest as (
    select listed.*
    from listed
    inner join latest_month
        on listed.loan_id = latest_month.loan_id and listed.month = latest_month.month
),

falling_due as (
    select
        latest.*,
        {{ add_days('latest.due_date', '-switch.renewal_window_days') }} as first_renewal_date,
        {{ add_days('latest.due_date', 'switch.renewal_window_days') }} as last_renewal_date
    from latest
    inner join switch on latest.branch_id = switch.org_id
),

cohort as (
    select
        'final' as window_code,
        falling_due.*
    from falling_due
    inner join context
        on falling_due.last_renewal_date between context.period_start and context.period_end
    union all
    select
        'provisional' as window_code,
        falling_due.*
    from falling_due
    inner join context
        on falling_due.due_date between context.period_start and context.period_end
),

-- principal due = what stood at the last month end before the window, or was disbursed after it
due_loan as (
    select
        cohort.window_code,
        cohort.loan_id,
        cohort.customer_id,
        cohort.branch_id,
        cohort.first_renewal_date,
        cohort.last_renewal_date,
        case
            when
                cohort.disbursement_date > {{ add_days(
                    'cohort.first_renewal_date', '-' ~ day_of('cohort.first_renewal_date')
                ) }}
                then cohort.loan_amount
            when standing.loan_id is null then 0
            else standing.balance
        end as due_principal
    from cohort
    left join standing
        on
            cohort.loan_id = standing.loan_id
            and standing.month = {{ month_of(add_days(
                'cohort.first_renewal_date', '-' ~ day_of('cohort.first_renewal_date')
            )) }}
),

new_loan as (
    select
        latest.loan_id,
        latest.customer_id,
        latest.disbursement_date,
        latest.loan_amount
    from latest
    cross join bound
    where latest.disbursement_date between bound.first_action_date and bound.period_end
),

-- many to many within a customer: each new loan counts once per customer and organisation
renewing as (
    select distinct
        due_loan.window_code,
        member.org_id,
        due_loan.customer_id,
        new_loan.loan_id,
        new_loan.loan_amount
    from due_loan
    inner join new_loan
        on
            due_loan.customer_id = new_loan.customer_id
            and due_loan.loan_id <> new_loan.loan_id
            and new_loan.disbursement_date
            between due_loan.first_renewal_date and due_loan.last_renewal_date
    inner join member on due_loan.branch_id = member.branch_id
    where due_loan.due_principal > 0
),

renewed_customer as (
    select
        window_code,
        org_id,
        customer_id,
        sum(loan_amount) as new_amount
    from renewing
    group by
        window_code,
        org_id,
        customer_id
),

due_customer as (
    select
        due_loan.window_code,
        member.org_id,
        due_loan.customer_id,
        sum(due_loan.due_principal) as due_principal
    from due_loan
    inner join member on due_loan.branch_id = member.branch_id
    where due_loan.due_principal > 0
    group by
        due_loan.window_code,
        member.org_id,
        due_loan.customer_id
),

by_org as (
    select
        due_customer.window_code,
        due_customer.org_id,
        count(*) as due_customer_count,
        count(renewed_customer.customer_id) as renewed_customer_count,
        sum(due_customer.due_principal) as due_principal,
        sum(
            case
                when renewed_customer.new_amount > due_customer.due_principal
                    then due_customer.due_principal
                else coalesce(renewed_customer.new_amount, 0)
            end
        ) as renewed_principal
    from due_customer
    left join renewed_customer
        on
            due_customer.window_code = renewed_customer.window_code
            and due_customer.org_id = renewed_customer.org_id
            and due_customer.customer_id = renewed_customer.customer_id
    group by
        due_customer.window_code,
        due_customer.org_id
),

-- columns that a source does not have
unknown as (
    select
        member.org_id,
        max(case when incomplete.due_date is null then 'no_source:loan_account.due_date' end)
            as due_date_reason,
        max(
            case when incomplete.is_inclusive is null then 'no_source:loan_account.is_inclusive' end
        ) as inclusive_reason,
        max(case when incomplete.balance is null then 'no_source:loan_account.balance' end)
            as balance_reason
    from incomplete
    inner join reach
        on incomplete.month >= reach.first_month and reach.window_code = 'final'
    inner join member on incomplete.branch_id = member.branch_id
    group by member.org_id
),

missing as (
    select
        reach.window_code,
        source_gap.org_id,
        min(source_gap.reason_code) as reason_code
    from source_gap
    inner join reach on source_gap.month between reach.first_month and reach.period
    group by
        reach.window_code,
        source_gap.org_id
),

renewal as (
    select
        reach.window_code,
        organisation.org_level,
        organisation.org_id,
        coalesce(by_org.due_customer_count, 0) as due_customer_count,
        coalesce(by_org.renewed_customer_count, 0) as renewed_customer_count,
        coalesce(by_org.due_principal, 0) as due_principal,
        coalesce(by_org.renewed_principal, 0) as renewed_principal,
        coalesce(
            missing.reason_code,
            unknown.due_date_reason,
            unknown.inclusive_reason,
            unknown.balance_reason
        ) as reason_code
    from reach
    cross join organisation
    left join by_org
        on reach.window_code = by_org.window_code and organisation.org_id = by_org.org_id
    left join unknown on organisation.org_id = unknown.org_id
    left join missing
        on reach.window_code = missing.window_code and organisation.org_id = missing.org_id
)

select * from renewal
