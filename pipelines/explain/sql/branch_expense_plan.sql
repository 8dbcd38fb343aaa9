-- metrics: branch_expense_plan
-- loads: branch_expense@year, branch_plan@period
-- grain: numerator: one row per cost booked; denominator: one row per plan in force
with

plan as (
    select
        branch_plan.*,
        row_number() over (
            partition by branch_plan.org_id
            order by branch_plan.effective_date desc, branch_plan.version_no desc
        ) as preference
    from branch_plan
    inner join run.run_context as context
        on
            branch_plan.plan_year = extract(year from context.period_end)
            and branch_plan.effective_date <= context.period_end
    inner join int_org as organisation
        on branch_plan.org_id = organisation.org_id and organisation.org_level = 'branch'
    where branch_plan.plan_item_code = 'expense' and list_contains($branches, branch_plan.org_id)
)

select
    'all' as segment,
    'branch_expense' as ledger,
    expense.branch_id,
    expense.load_id,
    expense.row_no,
    expense.branch_id || ' ' || expense.expense_item_code as row_key,
    expense.amount as numerator_part,
    cast(null as decimal(18, 2)) as denominator_part,
    expense.booked_date,
    expense.expense_item_code,
    cast(null as bigint) as version_no
from branch_expense_history as expense
inner join run.run_month as month_window
    on expense.month = month_window.month and month_window.is_current_year
where
    list_contains($branches, expense.branch_id)
    and expense.business_line_code = 'all'
    and expense.expense_item_code
    not in ('interest_margin', 'fee_income', 'fee_concession', 'provision')
union all
select
    'all' as segment,
    'branch_plan' as ledger,
    plan.org_id as branch_id,
    plan.load_id,
    plan.row_no,
    plan.org_id || ' ' || plan.plan_item_code as row_key,
    cast(null as decimal(18, 2)) as numerator_part,
    plan.plan_value as denominator_part,
    plan.effective_date as booked_date,
    cast(null as varchar) as expense_item_code,
    plan.version_no
from plan
where plan.preference = 1
