-- grain: one row per branch, business line and item: booked this year and in the same months before
with

expense as (
    select * from {{ ref('branch_expense_history') }}
),

context as (
    select * from {{ source('run', 'run_context') }}
),

-- group: income, cost (what is spent), provision; concessions are already missing from the income
item (expense_item_code, item_group) as (
    values
    ('interest_margin', 'income'),
    ('fee_income', 'income'),
    ('personnel', 'cost'),
    ('operating', 'cost'),
    ('variable', 'cost'),
    ('allocated', 'cost'),
    ('infrastructure', 'cost'),
    ('part_time_allowance', 'cost'),
    ('public_relation', 'cost'),
    ('provision', 'provision')
),

by_branch as (
    select
        expense.branch_id,
        expense.business_line_code,
        expense.expense_item_code,
        item.item_group,
        sum(
            case
                when expense.month >= {{ month_of('context.year_start') }} then expense.amount
                else 0
            end
        ) as amount,
        sum(
            case
                when expense.month >= {{ month_of('context.year_start') }} then 0
                when
                    expense.month
                    between {{ month_of(add_years('context.year_start', -1)) }}
                    and {{ month_of(add_years('context.period_end', -1)) }}
                    then expense.amount
                else 0
            end
        ) as last_year_amount
    from expense
    inner join item on expense.expense_item_code = item.expense_item_code
    cross join context
    group by
        expense.branch_id,
        expense.business_line_code,
        expense.expense_item_code,
        item.item_group
)

select * from by_branch
