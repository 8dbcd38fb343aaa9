-- metrics: loan_total, sme_loan, other_loan
-- loads: loan_account@period, customer@rows
-- labels: customer_row=企业规模依据|size found in
-- grain: one row per loan note of the kind with a balance
with

registered as (
    select
        *,
        row_number() over (partition by customer_id order by branch_id) as occurrence
    from customer
),

placed as (
    select
        loan.*,
        registered.borrower_category_code,
        registered.enterprise_size_code,
        registered.load_id as customer_row_load_id,
        registered.row_no as customer_row_row_no,
        coalesce(
            registered.borrower_category_code = 'enterprise'
            and registered.enterprise_size_code in ('medium', 'small', 'micro'),
            false
        ) as is_sme
    from loan_account as loan
    left join registered on loan.customer_id = registered.customer_id and registered.occurrence = 1
    where list_contains($branches, loan.branch_id) and loan.balance > 0
)

select
    'all' as segment,
    'loan_account' as ledger,
    branch_id,
    load_id,
    row_no,
    loan_id as row_key,
    balance as numerator_part,
    cast(null as decimal(18, 2)) as denominator_part,
    borrower_category_code,
    enterprise_size_code,
    customer_row_load_id,
    customer_row_row_no
from placed
where
    case $metric_id
        when 'sme_loan' then is_sme
        when 'other_loan' then not is_sme
        else true
    end
