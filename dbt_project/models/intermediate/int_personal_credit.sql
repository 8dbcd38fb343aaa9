-- grain: one row per branch: individual customers with credit, and residents of its area
with

customer as (
    select * from {{ ref('customer') }}
),

credit_line as (
    select * from {{ ref('credit_line') }}
),

context as (
    select * from {{ source('run', 'run_context') }}
),

village as (
    select * from {{ ref('int_village_credit') }}
),

with_line as (
    select distinct credit_line.customer_id
    from credit_line
    cross join context
    where
        credit_line.status_code = 'active'
        and credit_line.effective_date <= context.period_end
        and coalesce(credit_line.expiry_date >= context.period_end, true)
),

-- by the branch that keeps the customer, so that branches add up to the bank
personal_credit as (
    select
        customer.branch_id,
        count(*) as individual_count,
        0 as population,
        cast(null as varchar) as reason_code
    from customer
    inner join with_line on customer.customer_id = with_line.customer_id
    where customer.borrower_category_code not in ('enterprise', 'other_organisation')
    group by customer.branch_id
    union all
    select
        branch_id,
        0 as individual_count,
        sum(population) as population,
        max(population_reason) as reason_code
    from village
    group by branch_id
)

select * from personal_credit
