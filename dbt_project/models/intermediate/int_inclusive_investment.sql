-- grain: one row per branch and part: what was carried forward from before the year, and the year
with

expense as (
    select * from {{ ref('branch_expense_history') }}
),


organisation as (
    select * from {{ ref('int_org') }}
    where org_level = 'branch' and is_active
),

param as (
    select * from {{ ref('int_scheme_param') }}
    where
        scheme_id = 'lanxi_five_year'
        and param_name = 'inclusive_investment_before_year'
        and is_own
),

context as (
    select * from {{ source('run', 'run_context') }}
),

part as (
    select
        expense.branch_id,
        sum(expense.amount) as amount,
        cast(null as varchar) as reason_code
    from expense
    cross join context
    where
        expense.expense_item_code in ('infrastructure', 'fee_concession')
        and expense.business_line_code = 'all'
        and expense.month between {{ month_of('context.year_start') }} and context.period
    group by expense.branch_id
    union all
    select
        organisation.org_id as branch_id,
        param.param_number as amount,
        case
            when param.org_id is null
                then 'missing_parameter:inclusive_investment_before_year'
            when param.param_number is null
                then 'invalid_parameter:inclusive_investment_before_year'
        end as reason_code
    from organisation
    left join param on organisation.org_id = param.org_id
)

select * from part
