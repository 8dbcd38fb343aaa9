-- metrics: corporate_deposit, savings_deposit
-- loads: customer_deposit@period, customer@rows
-- labels: customer_row=客户类别依据|category found in
-- grain: one row per customer of the kind with a deposit
with

registered as (
    select
        *,
        row_number() over (partition by customer_id order by borrower_category_code) as occurrence
    from customer
)

select
    'all' as segment,
    'customer_deposit' as ledger,
    deposit.branch_id,
    deposit.load_id,
    deposit.row_no,
    deposit.customer_id as row_key,
    deposit.deposit_balance as numerator_part,
    cast(null as decimal(18, 2)) as denominator_part,
    registered.borrower_category_code,
    registered.load_id as customer_row_load_id,
    registered.row_no as customer_row_row_no
from customer_deposit as deposit
inner join registered on deposit.customer_id = registered.customer_id and registered.occurrence = 1
where
    list_contains($branches, deposit.branch_id)
    and deposit.deposit_balance > 0
    and (registered.borrower_category_code in ('enterprise', 'other_organisation'))
    = ($metric_id = 'corporate_deposit')
