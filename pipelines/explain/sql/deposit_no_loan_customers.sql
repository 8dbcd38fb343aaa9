-- metrics: deposit_no_loan_customers
-- loads: customer_deposit@period, loan_account@period
-- grain: one row per branch and customer with a deposit and no loan; a customer's first carries 1
select
    'all' as segment,
    'customer_deposit' as ledger,
    deposit.branch_id,
    deposit.load_id,
    deposit.row_no,
    deposit.customer_id as row_key,
    case
        when row_number() over (partition by deposit.customer_id order by deposit.branch_id) = 1
            then 1
        else 0
    end as numerator_part,
    cast(null as integer) as denominator_part,
    deposit.deposit_balance
from customer_deposit as deposit
where
    list_contains($branches, deposit.branch_id)
    and deposit.deposit_balance > 0
    and deposit.customer_id not in (select customer_id from loan_account where balance > 0)
