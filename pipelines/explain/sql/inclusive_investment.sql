-- metrics: inclusive_investment_cumulative
-- loads: branch_expense@year, scheme_param@rows
-- grain: one row per posting of the year, and the branch's amount before the year
select
    'all' as segment,
    'branch_expense' as ledger,
    expense.branch_id,
    expense.load_id,
    expense.row_no,
    expense.branch_id || '|' || expense.expense_item_code as row_key,
    expense.amount as numerator_part,
    cast(null as decimal(18, 2)) as denominator_part,
    expense.booked_date,
    expense.expense_item_code,
    expense.business_line_code
from branch_expense_history as expense
cross join run.run_context as context
where
    list_contains($branches, expense.branch_id)
    and expense.expense_item_code in ('infrastructure', 'fee_concession')
    and expense.business_line_code = 'all'
    and expense.month between strftime(context.year_start, '%Y-%m') and context.period
union all
select
    'all' as segment,
    'scheme_param' as ledger,
    param.org_id as branch_id,
    param.load_id,
    param.row_no,
    param.param_name as row_key,
    cast(param.param_value as decimal(18, 2)) as numerator_part,
    cast(null as decimal(18, 2)) as denominator_part,
    param.effective_date as booked_date,
    cast(null as varchar) as expense_item_code,
    cast(null as varchar) as business_line_code
from scheme_param as param
cross join run.run_context as context
where
    list_contains($branches, param.org_id)
    and param.scheme_id = 'lanxi_five_year'
    and param.param_name = 'inclusive_investment_before_year'
    and param.effective_date <= context.period_end
    and coalesce(param.expiry_date >= context.period_end, true)
    and exists (
        select 1 from int_org as organisation
        where
            organisation.org_id = param.org_id
            and organisation.org_level = 'branch'
            and organisation.is_active
    )
