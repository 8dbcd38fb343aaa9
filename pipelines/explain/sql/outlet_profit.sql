-- metrics: outlet_income, outlet_cost, outlet_profit
-- loads: branch_expense@year
-- grain: one row per item booked in a month of the year
with

booked as (
    select
        expense.*,
        case
            when expense.expense_item_code in ('interest_margin', 'fee_income') then 'outlet_income'
            when
                expense.expense_item_code in (
                    'personnel', 'operating', 'variable', 'allocated', 'infrastructure',
                    'part_time_allowance', 'public_relation', 'provision'
                )
                then 'outlet_cost'
        end as side
    from branch_expense_history as expense
    inner join run.run_month as month_window
        on expense.month = month_window.month and month_window.is_current_year
    where list_contains($branches, expense.branch_id)
),

counted as (
    select
        business_line_code as segment,
        case side when 'outlet_income' then amount else -amount end as part,
        *
    from booked
    where $metric_id = 'outlet_profit' and side is not null
    union all
    select
        expense_item_code as segment,
        amount as part,
        *
    from booked
    where $metric_id = side and business_line_code = 'all'
    union all
    select
        'all' as segment,
        amount as part,
        *
    from booked
    where $metric_id = side and business_line_code = 'all'
)

select
    segment,
    'branch_expense' as ledger,
    branch_id,
    load_id,
    row_no,
    branch_id || ' ' || expense_item_code as row_key,
    part as numerator_part,
    cast(null as bigint) as denominator_part,
    booked_date,
    expense_item_code,
    business_line_code,
    amount
from counted
