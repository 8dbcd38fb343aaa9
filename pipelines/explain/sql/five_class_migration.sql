-- metrics: five_class_migration_balance, five_class_migration_count
-- loads: loan_account@year_start, loan_account@period
-- labels: class_before=上年末五级分类|class in December before, class_now=期末五级分类|class now,
--     closing_row=期末依据|class now found in
-- grain: one row per loan note with a balance in December before or at period end
with

context as (
    select * from run.run_context
),

opening as (
    select loan.*
    from loan_account_history as loan
    inner join context on loan.month = context.previous_year_end_period
    where loan.balance > 0
),

paired as (
    select
        coalesce(closing.branch_id, opening.branch_id) as branch_id,
        coalesce(opening.loan_id, closing.loan_id) as loan_id,
        coalesce(opening.load_id, closing.load_id) as load_id,
        coalesce(opening.row_no, closing.row_no) as row_no,
        coalesce(opening.balance, closing.balance) as balance,
        case when opening.loan_id is null then 'new' else opening.five_class_code end
            as class_before,
        case
            when closing.balance > 0 then closing.five_class_code
            when closing.contract_status_code = 'written_off' then 'written_off'
            else 'settled'
        end as class_now,
        closing.load_id as closing_row_load_id,
        closing.row_no as closing_row_row_no
    from opening
    full outer join loan_account as closing on opening.loan_id = closing.loan_id
    where opening.loan_id is not null or closing.balance > 0
)

select
    class_before || '_to_' || class_now as segment,
    'loan_account' as ledger,
    branch_id,
    load_id,
    row_no,
    loan_id as row_key,
    case $metric_id when 'five_class_migration_count' then 1 else balance end as numerator_part,
    cast(null as decimal(18, 2)) as denominator_part,
    class_before,
    class_now,
    closing_row_load_id,
    closing_row_row_no
from paired
where list_contains($branches, branch_id)
