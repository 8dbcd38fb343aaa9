-- grain: one row per branch, product class and customer group: profit of the year by loans
with

loan as (
    select * from {{ ref('loan_account') }}
),

loan_month as (
    select * from {{ ref('loan_account_history') }}
),

event as (
    select * from {{ ref('loan_event_history') }}
    where event_type_code in ('repay', 'repay_reversal')
),

customer as (
    select
        customer_id,
        max(borrower_category_code) as borrower_category_code
    from {{ ref('customer') }}
    group by customer_id
),

param as (
    select * from {{ ref('int_scheme_param') }}
    where scheme_id = 'lanxi_five_year'
),

month_window as (
    select * from {{ source('run', 'run_month') }}
    where is_current_year
),

context as (
    select * from {{ source('run', 'run_context') }}
),

-- what stood in the months of the year, and what stands at period end less what stood at year start
held as (
    select
        loan_month.branch_id,
        loan_month.product_class_code,
        loan_month.customer_id,
        loan_month.five_class_code,
        sum(case when month_window.month is not null then loan_month.balance end)
            as month_balance,
        sum(
            case loan_month.month
                when context.period then loan_month.balance
                when context.previous_year_end_period then -loan_month.balance
            end
        ) as balance_change
    from loan_month
    cross join context
    left join month_window on loan_month.month = month_window.month
    where
        loan_month.balance <> 0
        and (
            month_window.month is not null
            or loan_month.month in (context.period, context.previous_year_end_period)
        )
    group by
        loan_month.branch_id,
        loan_month.product_class_code,
        loan_month.customer_id,
        loan_month.five_class_code
),

amount as (
    select
        branch_id,
        product_class_code,
        customer_id,
        five_class_code,
        cast(null as decimal(18, 2)) as interest_amount,
        false as is_interest,
        month_balance,
        balance_change
    from held
    union all
    select
        loan.branch_id,
        loan.product_class_code,
        loan.customer_id,
        cast(null as varchar) as five_class_code,
        case
            when event.event_type_code = 'repay' then event.interest_amount
            else -event.interest_amount
        end as interest_amount,
        true as is_interest,
        cast(null as decimal(18, 2)) as month_balance,
        cast(null as decimal(18, 2)) as balance_change
    from event
    inner join month_window on event.month = month_window.month
    inner join loan on event.loan_id = loan.loan_id
),

grouped as (
    select
        amount.branch_id,
        amount.five_class_code,
        coalesce(amount.product_class_code, 'unclassified') as product_class,
        coalesce(customer.borrower_category_code, 'unknown') as customer_group,
        sum(amount.interest_amount) as interest_amount,
        bool_or(amount.is_interest) as has_interest,
        sum(amount.month_balance) as month_balance,
        sum(amount.balance_change) as balance_change
    from amount
    left join customer on amount.customer_id = customer.customer_id
    group by
        amount.branch_id,
        amount.five_class_code,
        coalesce(amount.product_class_code, 'unclassified'),
        coalesce(customer.borrower_category_code, 'unknown')
),

part as (
    select
        branch_id,
        product_class,
        customer_group,
        cast(null as varchar) as param_name,
        interest_amount as amount
    from grouped
    where has_interest
    union all
    select
        branch_id,
        product_class,
        customer_group,
        'ftp_monthly_rate' as param_name,
        -month_balance as amount
    from grouped
    where month_balance is not null
    union all
    select
        branch_id,
        product_class,
        customer_group,
        'operating_cost_monthly_rate' as param_name,
        -month_balance as amount
    from grouped
    where month_balance is not null
    union all
    select
        branch_id,
        product_class,
        customer_group,
        'provision_rate_' || five_class_code as param_name,
        -balance_change as amount
    from grouped
    where balance_change is not null
),

-- every rate is the bank's: without it what it multiplies is unknown
rated as (
    select
        part.branch_id,
        part.product_class,
        part.customer_group,
        cast(part.amount as decimal(24, 2)) * cast(
            case when part.param_name is null then 1 else param.param_number end as decimal(12, 6)
        ) as profit,
        case
            when part.param_name is null then null
            when param.org_id is null then 'missing_parameter:' || part.param_name
            when param.param_number is null then 'invalid_parameter:' || part.param_name
        end as reason_code
    from part
    left join param on part.branch_id = param.org_id and part.param_name = param.param_name
),

by_group as (
    select
        branch_id,
        product_class,
        customer_group,
        sum(profit) as profit,
        max(reason_code) as reason_code
    from rated
    group by
        branch_id,
        product_class,
        customer_group
)

select * from by_group
