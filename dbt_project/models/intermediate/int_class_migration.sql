-- grain: one row per branch, class in December before and class at period end
with

loan_now as (
    select * from {{ ref('loan_account') }}
),

loan_history as (
    select * from {{ ref('loan_account_history') }}
),

context as (
    select * from {{ source('run', 'run_context') }}
),

-- an unknown balance stays in, to be reported
opening as (
    select
        loan_history.loan_id,
        loan_history.branch_id,
        loan_history.five_class_code,
        loan_history.balance
    from loan_history
    inner join context on loan_history.month = context.previous_year_end_period
    where coalesce(loan_history.balance > 0, true)
),

paired as (
    select
        coalesce(loan_now.branch_id, opening.branch_id) as branch_id,
        case when opening.loan_id is null then 'new' else opening.five_class_code end
            as from_class,
        case
            when loan_now.balance > 0 then loan_now.five_class_code
            when loan_now.contract_status_code = 'written_off' then 'written_off'
            else 'settled'
        end as to_class,
        case when opening.loan_id is null then loan_now.balance else opening.balance end
            as balance,
        coalesce(loan_now.loan_id is not null and loan_now.balance is null, false)
            as is_unknown_now
    from opening
    full outer join loan_now on opening.loan_id = loan_now.loan_id
    where opening.loan_id is not null or coalesce(loan_now.balance > 0, true)
),

-- A class or a balance that is not known may belong to any pair: the reason is the branch's.
by_pair as (
    select
        branch_id,
        coalesce(from_class, 'unknown') as from_class,
        coalesce(to_class, 'unknown') as to_class,
        count(*) as loan_count,
        sum(balance) as balance,
        max(
            case
                when balance is null or is_unknown_now then 'no_source:loan_account.balance'
                when from_class is null or to_class is null
                    then 'no_source:loan_account.five_class_code'
            end
        ) as reason_code
    from paired
    group by
        branch_id,
        coalesce(from_class, 'unknown'),
        coalesce(to_class, 'unknown')
)

select * from by_pair
