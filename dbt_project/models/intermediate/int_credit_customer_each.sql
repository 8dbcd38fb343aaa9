-- grain: one row per branch and customer with a credit line granted there, whatever became of it
{{ config(materialized='ephemeral') }}

with

credit_line as (
    select * from {{ ref('credit_line') }}
),

event as (
    select * from {{ ref('loan_event_history') }}
),

context as (
    select * from {{ source('run', 'run_context') }}
),

by_customer as (
    select
        credit_line.branch_id,
        credit_line.customer_id,
        bool_or(
            credit_line.status_code = 'active'
            and credit_line.effective_date <= context.period_end
            and coalesce(credit_line.expiry_date >= context.period_end, true)
        ) as has_line,
        sum(
            case
                when
                    credit_line.program_code = 'whole_village'
                    and credit_line.status_code = 'active'
                    and credit_line.effective_date <= context.period_end
                    and coalesce(credit_line.expiry_date >= context.period_end, true)
                    then credit_line.credit_amount
                else 0
            end
        ) as whole_village_amount,
        min(credit_line.effective_date) as first_date
    from credit_line
    cross join context
    group by
        credit_line.branch_id,
        credit_line.customer_id
),

-- first line of the customer anywhere in the bank
first_line as (
    select
        customer_id,
        min(first_date) as first_date,
        count(*) > 1 as is_at_several
    from by_customer
    group by customer_id
),

drawn as (
    select distinct event.customer_id
    from event
    cross join context
    where
        event.event_type_code = 'disburse'
        and event.month between {{ month_of('context.year_start') }} and context.period
),

credit_customer as (
    select
        by_customer.branch_id,
        by_customer.customer_id,
        first_line.is_at_several,
        by_customer.has_line,
        by_customer.whole_village_amount,
        by_customer.first_date = first_line.first_date
        and first_line.first_date between context.year_start and context.period_end as is_new,
        drawn.customer_id is not null as has_drawn
    from by_customer
    cross join context
    inner join first_line on by_customer.customer_id = first_line.customer_id
    left join drawn on by_customer.customer_id = drawn.customer_id
)

select * from credit_customer
