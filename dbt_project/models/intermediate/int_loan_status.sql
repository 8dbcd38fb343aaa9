-- grain: one row per point (period_end, year_start), branch and contract status
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

loan as (
    select
        'period_end' as point_code,
        branch_id,
        contract_status_code,
        five_class_code,
        loan_amount,
        balance,
        is_agri,
        is_small_micro,
        is_inclusive
    from loan_now
    union all
    select
        'year_start' as point_code,
        loan_history.branch_id,
        loan_history.contract_status_code,
        loan_history.five_class_code,
        loan_history.loan_amount,
        loan_history.balance,
        loan_history.is_agri,
        loan_history.is_small_micro,
        loan_history.is_inclusive
    from loan_history
    inner join context on loan_history.month = context.previous_year_end_period
),

-- A column that a source does not have is NULL in all its rows; counting the NULLs lets a figure
-- say so instead of adding up zeros.
by_status as (
    select
        point_code,
        branch_id,
        contract_status_code,
        count(*) as loan_count,
        sum(loan_amount) as loan_amount,
        sum(balance) as balance,
        sum(case when is_agri then balance else 0 end) as agri_balance,
        sum(case when is_small_micro then balance else 0 end) as small_micro_balance,
        sum(case when is_agri or is_small_micro then balance else 0 end)
            as agri_or_small_micro_balance,
        sum(case when is_inclusive then balance else 0 end) as inclusive_balance,
        sum(
            case when five_class_code in ('substandard', 'doubtful', 'loss') then balance else 0 end
        ) as npl_balance,
        count(*) - count(balance) as unknown_balance_count,
        count(*) - count(loan_amount) as unknown_amount_count,
        count(*) - count(is_agri) as unknown_agri_count,
        count(*) - count(is_small_micro) as unknown_small_micro_count,
        count(*) - count(is_inclusive) as unknown_inclusive_count,
        count(*) - count(five_class_code) as unknown_class_count,
        count(*) - count(contract_status_code) as unknown_status_count
    from loan
    group by
        point_code,
        branch_id,
        contract_status_code
)

select * from by_status
