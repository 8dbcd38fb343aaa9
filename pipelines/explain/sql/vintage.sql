-- metrics: vintage_npl_ratio, vintage_overdue_ratio
-- loads: loan_account@period
-- labels: grant_age=发放距报告月（月）|months since grant
-- grain: one row per loan note with a balance, in every segment it counts in
with

aged as (
    select
        loan.*,
        datediff('month', loan.disbursement_date, context.period_end) as grant_age
    from loan_account as loan
    cross join run.run_context as context
    where list_contains($branches, loan.branch_id) and loan.balance > 0
),

placed as (
    select
        'all' as segment,
        aged.*
    from aged
    union all
    select
        'product_' || product_class_code as segment,
        aged.*
    from aged
    where product_class_code is not null
    union all
    select
        case
            when grant_age >= 24 then 'granted_earlier'
            else 'granted_' || lpad(cast(grant_age as varchar), 2, '0')
        end as segment,
        aged.*
    from aged
)

select
    segment,
    'loan_account' as ledger,
    branch_id,
    load_id,
    row_no,
    loan_id as row_key,
    case
        when
            case $metric_id
                when 'vintage_npl_ratio' then five_class_code in ('substandard', 'doubtful', 'loss')
                else overdue_days > 0
            end
            then balance
    end as numerator_part,
    balance as denominator_part,
    disbursement_date,
    grant_age,
    product_class_code,
    manager_id,
    five_class_code,
    overdue_days
from placed
