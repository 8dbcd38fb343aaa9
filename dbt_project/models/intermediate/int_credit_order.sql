-- grain: one row per branch: loans of the year, and those not rated, granted and drawn in order
with

loan as (
    select * from {{ ref('loan_account') }}
),

credit_line as (
    select * from {{ ref('credit_line') }}
),

context as (
    select * from {{ source('run', 'run_context') }}
),

-- renewed and extended loans are rated and granted like any other
of_year as (
    select
        loan.loan_id,
        loan.branch_id,
        loan.customer_id,
        loan.disbursement_date
    from loan
    cross join context
    where loan.disbursement_date between context.year_start and context.period_end
),

in_order as (
    select distinct of_year.loan_id
    from of_year
    inner join credit_line on of_year.customer_id = credit_line.customer_id
    where
        credit_line.rating_date <= credit_line.effective_date
        and credit_line.effective_date <= of_year.disbursement_date
        and coalesce(credit_line.expiry_date >= of_year.disbursement_date, true)
),

by_branch as (
    select
        of_year.branch_id,
        sum(case when in_order.loan_id is null then 1 else 0 end) as breach_count
    from of_year
    left join in_order on of_year.loan_id = in_order.loan_id
    group by of_year.branch_id
)

select * from by_branch
