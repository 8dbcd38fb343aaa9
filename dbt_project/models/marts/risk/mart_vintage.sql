-- grain: one row per branch, product, product class, handler and month of grant
with

vintage as (
    select * from {{ ref('int_loan_vintage') }}
),

context as (
    select * from {{ source('run', 'run_context') }}
)

select
    context.period,
    vintage.branch_id,
    vintage.product_code,
    vintage.product_class_code,
    vintage.manager_id,
    vintage.grant_month,
    cast(vintage.loan_count as bigint) as loan_count,
    cast(vintage.balance as decimal(38, 2)) as balance,
    cast(
        case when vintage.overdue_reason is null then vintage.overdue_balance end as decimal(38, 2)
    ) as overdue_balance,
    cast(case when vintage.class_reason is null then vintage.npl_balance end as decimal(38, 2))
        as npl_balance
from vintage
cross join context
