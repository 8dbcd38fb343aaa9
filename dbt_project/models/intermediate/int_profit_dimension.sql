-- grain: one row per branch, product class and customer group: profit of the year by loans
with

loan as (
    select * from {{ ref('loan_account') }}
),

loan_month as (
    select * from {{ ref('loan_account_history') }}
),

opening_month as (
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

interest as (
    select
        loan.branch_id,
        loan.product_class_code,
        loan.customer_id,
        sum(
            case
                when event.event_type_code = 'repay' then event.interest_amount
                else -event.interest_amount
            end
        ) as interest_amount
    from event
    inner join month_window on event.month = month_window.month
    inner join loan on event.loan_id = loan.loan_id
    group by
        loan.branch_id,
        loan.product_class_code,
        loan.customer_id
),

standing as (
    select
        loan_month.branch_id,
        loan_month.product_class_code,
        loan_month.customer_id,
        sum(loan_month.balance) as month_balance
    from loan_month
    inner join month_window on loan_month.month = month_window.month
    where loan_month.balance <> 0
    group by
        loan_month.branch_id,
        loan_month.product_class_code,
        loan_month.customer_id
),

-- what stands at period end less what stood at year start, by class
classed as (
    select
        opening_month.branch_id,
        opening_month.product_class_code,
        opening_month.customer_id,
        opening_month.five_class_code,
        sum(
            case
                when opening_month.month = context.period then opening_month.balance
                else -opening_month.balance
            end
        ) as balance_change
    from opening_month
    inner join context
        on opening_month.month in (context.period, context.previous_year_end_period)
    where opening_month.balance <> 0
    group by
        opening_month.branch_id,
        opening_month.product_class_code,
        opening_month.customer_id,
        opening_month.five_class_code
),

part as (
    select
        branch_id,
        product_class_code,
        customer_id,
        cast(null as varchar) as param_name,
        interest_amount as amount
    from interest
    union all
    select
        branch_id,
        product_class_code,
        customer_id,
        'ftp_monthly_rate' as param_name,
        -month_balance as amount
    from standing
    union all
    select
        branch_id,
        product_class_code,
        customer_id,
        'operating_cost_monthly_rate' as param_name,
        -month_balance as amount
    from standing
    union all
    select
        branch_id,
        product_class_code,
        customer_id,
        'provision_rate_' || five_class_code as param_name,
        -balance_change as amount
    from classed
),

-- every rate is the bank's: without it what it multiplies is unknown
rated as (
    select
        part.branch_id,
        coalesce(part.product_class_code, 'unclassified') as product_class,
        coalesce(customer.borrower_category_code, 'unknown') as customer_group,
        cast(part.amount as decimal(24, 2)) * cast(
            case when part.param_name is null then 1 else param.param_number end as decimal(12, 6)
        ) as profit,
        case
            when part.param_name is null then null
            when param.org_id is null then 'missing_parameter:' || part.param_name
            when param.param_number is null then 'invalid_parameter:' || part.param_name
        end as reason_code
    from part
    left join customer on part.customer_id = customer.customer_id
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
