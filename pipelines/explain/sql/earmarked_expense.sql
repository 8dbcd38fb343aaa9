-- metrics: earmarked_inclusive_expense, earmarked_expense_usage_rate
-- loads: branch_expense@year, branch_plan@period, org_unit@period
-- grain: numerator: one row per expense of the inclusive line; denominator: one row per plan in force
with

entitled as (
    select org_unit.org_id
    from org_unit
    cross join run.run_context as context
    where
        list_contains($branches, org_unit.org_id)
        and (
            org_unit.org_type_code = 'bank'
            or (
                (org_unit.is_strong_county_pilot or org_unit.location_code = 'township')
                and coalesce(org_unit.opened_date <= context.period_end, true)
                and coalesce(org_unit.closed_date > context.period_end, true)
            )
        )
),

plan as (
    select
        branch_plan.*,
        row_number() over (
            partition by branch_plan.org_id, branch_plan.plan_item_code
            order by branch_plan.effective_date desc, branch_plan.version_no desc
        ) as preference
    from branch_plan
    inner join run.run_context as context
        on
            branch_plan.plan_year = extract(year from context.period_end)
            and branch_plan.effective_date <= context.period_end
    where branch_plan.plan_item_code in ('personnel_quota', 'variable_quota')
)

select
    expense.expense_item_code || '_cost' as segment,
    'branch_expense' as ledger,
    expense.branch_id,
    expense.load_id,
    expense.row_no,
    expense.branch_id || ' ' || expense.expense_item_code as row_key,
    expense.amount as numerator_part,
    cast(null as decimal(18, 2)) as denominator_part,
    expense.booked_date,
    expense.business_line_code,
    cast(null as bigint) as version_no
from branch_expense_history as expense
inner join run.run_month as month_window
    on expense.month = month_window.month and month_window.is_current_year
inner join entitled on expense.branch_id = entitled.org_id
where
    expense.business_line_code = 'inclusive'
    and expense.expense_item_code in ('personnel', 'variable')
union all
select
    replace(plan.plan_item_code, '_quota', '_cost') as segment,
    'branch_plan' as ledger,
    plan.org_id as branch_id,
    plan.load_id,
    plan.row_no,
    plan.org_id || ' ' || plan.plan_item_code as row_key,
    cast(null as decimal(18, 2)) as numerator_part,
    plan.plan_value as denominator_part,
    plan.effective_date as booked_date,
    cast(null as varchar) as business_line_code,
    plan.version_no
from plan
inner join entitled on plan.org_id = entitled.org_id
where plan.preference = 1 and $metric_id = 'earmarked_expense_usage_rate'
