-- grain: one row per branch, way of participating and staff member in inclusive business this year
with

participation as (
    select * from {{ ref('business_participation_history') }}
),

loan as (
    select * from {{ ref('loan_account') }}
),

month_window as (
    select * from {{ source('run', 'run_month') }}
    where is_current_year
),

-- a loan whose flag is unknown counts here and makes the figure unknown in the metric
staff_member as (
    select
        participation.branch_id,
        participation.participation_code,
        participation.staff_id,
        bool_or(loan.loan_id is not null and loan.is_inclusive is null) as has_unknown_loan
    from participation
    inner join month_window on participation.month = month_window.month
    left join loan on participation.loan_id = loan.loan_id
    where
        participation.staff_id is not null
        and (
            participation.loan_id is null
            or (loan.loan_id is not null and coalesce(loan.is_inclusive, true))
        )
    group by
        participation.branch_id,
        participation.participation_code,
        participation.staff_id
)

select * from staff_member
