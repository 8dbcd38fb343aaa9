-- grain: one row per small-business manager on post at period end: portfolio and grade
with

manager as (
    select * from {{ ref('staff') }}
    where status_code = 'on_post' and post_code = 'sme_manager'
),

loan as (
    select * from {{ ref('loan_account') }}
    where balance > 0
),

param as (
    select * from {{ ref('int_scheme_param') }}
    where scheme_id = 'ganyin_five_projects'
),

portfolio as (
    select
        manager_id,
        sum(case when is_inclusive then balance else 0 end) as inclusive_balance,
        count(distinct case when is_inclusive then customer_id end) as household_count,
        count(*) - count(is_inclusive) as unknown_count
    from loan
    where manager_id is not null
    group by manager_id
),

level (grade_no) as (
    values
    ('1'),
    ('2'),
    ('3'),
    ('4'),
    ('5')
),

-- a grade exists once the bank has given both of its thresholds
threshold as (
    select
        least_households.org_id,
        level.grade_no,
        least_households.param_number as min_households,
        least_balance.param_number as min_balance
    from level
    inner join param as least_households
        on least_households.param_name = 'cm_grade_' || level.grade_no || '_min_households'
    inner join param as least_balance
        on
            least_households.org_id = least_balance.org_id
            and least_balance.param_name = 'cm_grade_' || level.grade_no || '_min_balance'
),

held as (
    select
        manager.branch_id,
        manager.staff_id,
        coalesce(portfolio.inclusive_balance, 0) as inclusive_balance,
        coalesce(portfolio.household_count, 0) as household_count,
        coalesce(portfolio.unknown_count, 0) as unknown_count
    from manager
    left join portfolio on manager.staff_id = portfolio.manager_id
),

-- of the grades whose thresholds are both met, the highest: grade 1
graded as (
    select
        held.branch_id,
        held.staff_id,
        held.inclusive_balance,
        held.household_count,
        held.unknown_count,
        min(
            case
                when
                    held.household_count >= threshold.min_households
                    and held.inclusive_balance >= threshold.min_balance
                    then threshold.grade_no
            end
        ) as grade_no,
        count(threshold.grade_no) as grade_count
    from held
    left join threshold on held.branch_id = threshold.org_id
    group by
        held.branch_id,
        held.staff_id,
        held.inclusive_balance,
        held.household_count,
        held.unknown_count
),

named as (
    select
        branch_id,
        staff_id,
        inclusive_balance,
        household_count,
        coalesce('grade_' || grade_no, 'ungraded') as grade,
        case
            when unknown_count > 0 then 'no_source:loan_account.is_inclusive'
            when grade_count = 0 then 'missing_parameter:cm_grade_1_min_households'
        end as reason_code
    from graded
)

select * from named
