-- metrics: expense_growth_match
-- loads: branch_expense@rows, loan_account@rows
-- combine: growth
-- grain: numerator: one row per cost of the inclusive line; denominator: one row per inclusive loan
with

context as (
    select
        *,
        cast(cast(substr(period, 1, 4) as integer) - 1 as varchar) || substr(period, 5) as year_ago
    from run.run_context
)

select
    'all' as segment,
    case when expense.month >= substr(context.period, 1, 4) then 'closing' else 'opening' end as term,
    'branch_expense' as ledger,
    expense.branch_id,
    expense.load_id,
    expense.row_no,
    expense.branch_id || ' ' || expense.expense_item_code as row_key,
    expense.amount as numerator_part,
    cast(null as decimal(18, 2)) as denominator_part,
    expense.booked_date,
    expense.expense_item_code,
    cast(null as varchar) as contract_status_code
from branch_expense_history as expense
cross join context
where
    list_contains($branches, expense.branch_id)
    and expense.business_line_code = 'inclusive'
    and expense.expense_item_code
    not in ('interest_margin', 'fee_income', 'fee_concession', 'provision')
    and substr(expense.month, 6) <= substr(context.period, 6)
    and expense.month >= substr(context.year_ago, 1, 4) || '-01'
union all
select
    'all' as segment,
    case loan.month when context.period then 'closing' else 'opening' end as term,
    'loan_account' as ledger,
    loan.branch_id,
    loan.load_id,
    loan.row_no,
    loan.loan_id as row_key,
    cast(null as decimal(18, 2)) as numerator_part,
    loan.balance as denominator_part,
    cast(null as date) as booked_date,
    cast(null as varchar) as expense_item_code,
    loan.contract_status_code
from loan_account_history as loan
inner join context on loan.month in (context.period, context.year_ago)
where list_contains($branches, loan.branch_id) and loan.is_inclusive and loan.balance <> 0
