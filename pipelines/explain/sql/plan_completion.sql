-- metrics: deposit_plan_completion, interest_plan_completion, npl_recovery_plan_completion,
--     lending_plan_completion, inclusive_plan_completion,
--     expense_plan_completion, establishment_fill_rate
-- loads: branch_plan@rows, deposit_tenday@rows, loan_event@rows, loan_account@rows,
--     branch_expense@rows, staff@rows
-- switches: lending_basis
-- labels: class_row=分类依据|class found in, what=行的内容|what the row says
-- grain: numerator: one row per ledger row of the actual; denominator: one row per branch with a plan
with

context as (
    select * from run.run_context
),

basis as (
    select
        org_id,
        switch_value
    from int_switch_value
    where switch_name = 'lending_basis'
),

ranked as (
    select
        plan.*,
        row_number() over (
            partition by plan.org_id, plan.plan_item_code order by plan.version_no desc
        ) as preference
    from branch_plan as plan
    inner join int_org as organisation
        on plan.org_id = organisation.org_id and organisation.org_level = 'branch'
    cross join run.run_context as context
    where
        list_contains($branches, plan.org_id)
        and organisation.is_in_year
        and plan.plan_year = extract(year from context.period_end)
        and plan.effective_date <= context.period_end
        and plan.plan_item_code = case $metric_id
            when 'deposit_plan_completion' then 'deposit_year_end_net_increase'
            when 'interest_plan_completion' then 'interest_income'
            when 'npl_recovery_plan_completion' then 'npl_recovery'
            when 'lending_plan_completion' then 'lending'
            when 'inclusive_plan_completion' then 'inclusive_net_increase'
            when 'expense_plan_completion' then 'expense'
            when 'establishment_fill_rate' then 'establishment_headcount'
        end
),

year_event as (
    select
        event.*,
        month_window.previous_month
    from loan_event_history as event
    inner join run.run_month as month_window
        on event.month = month_window.month and month_window.is_current_year
    where list_contains($branches, event.branch_id)
),

cash as (
    select
        *,
        case event_type_code when 'repay' then 1 else -1 end as direction
    from year_event
    where event_type_code in ('repay', 'repay_reversal')
),

end_loan as (
    select
        loan.*,
        case when loan.month = context.period then loan.balance else -loan.balance end as change
    from loan_account_history as loan
    inner join context
        on loan.month = context.period or loan.month = context.previous_year_end_period
    where list_contains($branches, loan.branch_id) and loan.balance <> 0
),

actual as (
    select
        'deposit_tenday' as ledger,
        deposit.branch_id,
        deposit.load_id,
        deposit.row_no,
        deposit.branch_id || ' ' || cast(deposit.balance_date as varchar) as row_key,
        cast(
            case
                when deposit.month = context.period then deposit.deposit_balance
                else -deposit.deposit_balance
            end as decimal(38, 2)
        ) as part,
        cast(deposit.balance_date as varchar) as what,
        cast(null as varchar) as class_row_load_id,
        cast(null as bigint) as class_row_row_no
    from deposit_tenday_history as deposit
    cross join context
    where
        $metric_id = 'deposit_plan_completion'
        and list_contains($branches, deposit.branch_id)
        and deposit.balance_date in (context.period_end, context.year_start - 1)
    union all
    select
        'loan_event' as ledger,
        branch_id,
        load_id,
        row_no,
        event_id as row_key,
        direction * interest_amount as part,
        event_type_code as what,
        null as class_row_load_id,
        null as class_row_row_no
    from cash
    where $metric_id = 'interest_plan_completion' and interest_amount <> 0
    union all
    select
        'loan_event' as ledger,
        cash.branch_id,
        cash.load_id,
        cash.row_no,
        cash.event_id as row_key,
        cash.direction * cash.principal_amount as part,
        loan_before.five_class_code as what,
        loan_before.load_id as class_row_load_id,
        loan_before.row_no as class_row_row_no
    from cash
    inner join loan_account_history as loan_before
        on
            cash.loan_id = loan_before.loan_id
            and cash.previous_month = loan_before.month
            and loan_before.five_class_code in ('substandard', 'doubtful', 'loss')
    where $metric_id = 'npl_recovery_plan_completion' and cash.principal_amount <> 0
    union all
    select
        'loan_event' as ledger,
        year_event.branch_id,
        year_event.load_id,
        year_event.row_no,
        year_event.event_id as row_key,
        year_event.principal_amount as part,
        year_event.event_type_code as what,
        null as class_row_load_id,
        null as class_row_row_no
    from year_event
    inner join basis
        on year_event.branch_id = basis.org_id and basis.switch_value = 'gross_disbursement'
    where
        $metric_id = 'lending_plan_completion'
        and year_event.event_type_code = 'disburse'
        and year_event.principal_amount <> 0
    union all
    select
        'loan_account' as ledger,
        end_loan.branch_id,
        end_loan.load_id,
        end_loan.row_no,
        end_loan.loan_id as row_key,
        end_loan.change as part,
        end_loan.month as what,
        null as class_row_load_id,
        null as class_row_row_no
    from end_loan
    inner join basis on end_loan.branch_id = basis.org_id
    where
        ($metric_id = 'inclusive_plan_completion' and end_loan.is_inclusive)
        or ($metric_id = 'lending_plan_completion' and basis.switch_value = 'net_growth')
    union all
    select
        'branch_expense' as ledger,
        expense.branch_id,
        expense.load_id,
        expense.row_no,
        expense.expense_item_code || ' ' || cast(expense.booked_date as varchar) as row_key,
        expense.amount as part,
        expense.expense_item_code as what,
        null as class_row_load_id,
        null as class_row_row_no
    from branch_expense_history as expense
    inner join context
        on expense.booked_date between context.year_start and context.period_end
    where
        $metric_id = 'expense_plan_completion'
        and list_contains($branches, expense.branch_id)
        and expense.business_line_code = 'all'
        and expense.expense_item_code in (
            'personnel', 'operating', 'variable', 'allocated', 'infrastructure',
            'part_time_allowance', 'public_relation'
        )
    union all
    select
        'staff' as ledger,
        staff.branch_id,
        staff.load_id,
        staff.row_no,
        staff.staff_id as row_key,
        1 as part,
        staff.status_code as what,
        null as class_row_load_id,
        null as class_row_row_no
    from staff
    where
        $metric_id = 'establishment_fill_rate'
        and list_contains($branches, staff.branch_id)
        and staff.status_code <> 'left'
        and staff.is_on_establishment
)

select
    'all' as segment,
    ledger,
    branch_id,
    load_id,
    row_no,
    row_key,
    part as numerator_part,
    cast(null as decimal(18, 2)) as denominator_part,
    what,
    cast(null as bigint) as version_no,
    class_row_load_id,
    class_row_row_no
from actual
union all
select
    'all' as segment,
    'branch_plan' as ledger,
    org_id as branch_id,
    load_id,
    row_no,
    org_id || ' ' || plan_item_code as row_key,
    cast(null as decimal(38, 2)) as numerator_part,
    plan_value as denominator_part,
    plan_item_code as what,
    version_no,
    cast(null as varchar) as class_row_load_id,
    cast(null as bigint) as class_row_row_no
from ranked
where preference = 1
