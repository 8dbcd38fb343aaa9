-- metrics: outlet_profit_contribution, outlet_per_capita
-- loads: branch_expense@year, org_unit@period, staff@period
-- grain: numerator: one row per item booked; denominator: one row per outlet or staff member
select
    'all' as segment,
    'branch_expense' as ledger,
    expense.branch_id,
    expense.load_id,
    expense.row_no,
    expense.branch_id || ' ' || expense.expense_item_code as row_key,
    case
        when expense.expense_item_code in ('interest_margin', 'fee_income') then expense.amount
        else -expense.amount
    end as numerator_part,
    cast(null as bigint) as denominator_part,
    expense.booked_date,
    expense.expense_item_code,
    cast(null as varchar) as post_code
from branch_expense_history as expense
inner join run.run_month as month_window
    on expense.month = month_window.month and month_window.is_current_year
where
    list_contains($branches, expense.branch_id)
    and expense.business_line_code = 'all'
    and expense.expense_item_code <> 'fee_concession'
union all
select
    'all' as segment,
    'org_unit' as ledger,
    org_unit.org_id as branch_id,
    org_unit.load_id,
    org_unit.row_no,
    org_unit.org_id as row_key,
    cast(null as decimal(18, 2)) as numerator_part,
    1 as denominator_part,
    cast(null as date) as booked_date,
    cast(null as varchar) as expense_item_code,
    cast(null as varchar) as post_code
from org_unit
cross join run.run_context as context
where
    $metric_id = 'outlet_profit_contribution'
    and list_contains($branches, org_unit.org_id)
    and org_unit.org_type_code <> 'bank'
    and coalesce(org_unit.opened_date <= context.period_end, true)
    and coalesce(org_unit.closed_date > context.period_end, true)
union all
select
    'all' as segment,
    'staff' as ledger,
    staff.branch_id,
    staff.load_id,
    staff.row_no,
    staff.staff_id as row_key,
    cast(null as decimal(18, 2)) as numerator_part,
    1 as denominator_part,
    cast(null as date) as booked_date,
    cast(null as varchar) as expense_item_code,
    staff.post_code
from staff
where
    $metric_id = 'outlet_per_capita'
    and list_contains($branches, staff.branch_id)
    and staff.status_code = 'on_post'
