-- metrics: cm_grade_by_portfolio
-- loads: staff@period, loan_account@period, scheme_param@period
-- labels: inclusive_balance=普惠贷款余额|inclusive balance, household_count=普惠贷款户数|households
-- grain: one row per small-business manager on post, with the portfolio behind the grade
with

portfolio as (
    select
        manager_id,
        sum(balance) as inclusive_balance,
        count(distinct customer_id) as household_count
    from loan_account
    where is_inclusive and balance > 0
    group by manager_id
),

held as (
    select
        staff.*,
        coalesce(portfolio.inclusive_balance, 0) as inclusive_balance,
        coalesce(portfolio.household_count, 0) as household_count
    from staff
    left join portfolio on staff.staff_id = portfolio.manager_id
    where
        list_contains($branches, staff.branch_id)
        and staff.status_code = 'on_post'
        and staff.post_code = 'sme_manager'
),

threshold as (
    select
        org_id,
        substr(param_name, 10, 1) as grade_no,
        max(param_number) filter (where param_name like '%_min_households') as min_households,
        max(param_number) filter (where param_name like '%_min_balance') as min_balance
    from int_scheme_param
    where scheme_id = 'ganyin_five_projects' and param_name like 'cm_grade_%'
    group by
        org_id,
        substr(param_name, 10, 1)
),

reached as (
    select
        held.staff_id,
        min(threshold.grade_no) as grade_no
    from held
    inner join threshold
        on
            held.branch_id = threshold.org_id
            and held.household_count >= threshold.min_households
            and held.inclusive_balance >= threshold.min_balance
    group by held.staff_id
)

select
    coalesce('grade_' || reached.grade_no, 'ungraded') as segment,
    'staff' as ledger,
    held.branch_id,
    held.load_id,
    held.row_no,
    held.staff_id as row_key,
    1 as numerator_part,
    cast(null as bigint) as denominator_part,
    held.household_count,
    held.inclusive_balance
from held
left join reached on held.staff_id = reached.staff_id
