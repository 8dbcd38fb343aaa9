-- grain: one row per branch that granted inclusive loans in the year
with

-- the ledger of the closed month lists every loan of the year; an unknown flag stays in
granted as (
    select loan.*
    from {{ ref('loan_account') }} as loan
    inner join {{ source('run', 'run_context') }} as context
        on loan.disbursement_date between context.year_start and context.period_end
    where coalesce(loan.is_inclusive, true)
),

by_branch as (
    select
        branch_id,
        count(*) as loan_count,
        sum(loan_amount) as loan_amount,
        sum(case when disbursement_kind_code = 'renewal_without_repayment' then 1 else 0 end)
            as renewal_count,
        sum(
            case
                when disbursement_kind_code = 'renewal_without_repayment' then loan_amount
                else 0
            end
        ) as renewal_amount,
        max(
            case
                when is_inclusive is null then 'no_source:loan_account.is_inclusive'
                when disbursement_kind_code is null
                    then 'no_source:loan_account.disbursement_kind_code'
                when loan_amount is null then 'no_source:loan_account.loan_amount'
            end
        ) as reason_code
    from granted
    group by branch_id
)

select * from by_branch
