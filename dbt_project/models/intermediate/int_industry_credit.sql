-- grain: one row per branch and industry with a line of an industry programme granted this year
with

credit_line as (
    select * from {{ ref('credit_line') }}
),

customer as (
    select * from {{ ref('customer') }}
),

context as (
    select * from {{ source('run', 'run_context') }}
),

industry_credit as (
    select
        credit_line.branch_id,
        customer.industry_code,
        credit_line.branch_id || ':' || coalesce(customer.industry_code, '') as program_key,
        case when customer.industry_code is null then 'no_source:customer.industry_code' end
            as reason_code
    from credit_line
    cross join context
    left join customer on credit_line.customer_id = customer.customer_id
    where
        credit_line.program_code = 'industry'
        and credit_line.effective_date between context.year_start and context.period_end
    group by
        credit_line.branch_id,
        customer.industry_code
)

select * from industry_credit
