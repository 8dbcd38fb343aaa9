-- metrics: five_class_customer_count
-- loads: loan_account@period
-- grain: one row per loan note with a balance; a customer's first of a segment carries 1
with

loan as (
    select * from loan_account
    where list_contains($branches, branch_id) and balance > 0
),

placed as (
    select
        'all' as segment,
        loan.*
    from loan
    union all
    select
        loan.five_class_code as segment,
        loan.*
    from loan
)

select
    segment,
    'loan_account' as ledger,
    branch_id,
    load_id,
    row_no,
    loan_id as row_key,
    case
        when row_number() over (partition by segment, customer_id order by branch_id, loan_id) = 1
            then 1
        else 0
    end as numerator_part,
    cast(null as integer) as denominator_part,
    customer_id,
    five_class_code,
    balance
from placed
