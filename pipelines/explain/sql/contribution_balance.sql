-- metrics: customer_deposit_loan_ratio, reserve_fund_ratio
-- loads: customer_deposit@period, loan_account@period
-- grain: one row per customer of the organisation with an inclusive loan anywhere in the bank
select
    'all' as segment,
    'customer_deposit' as ledger,
    holding.branch_id,
    holding.load_id,
    holding.row_no,
    holding.customer_id as row_key,
    holding.deposit_daily_avg
    + case $metric_id when 'reserve_fund_ratio' then coalesce(holding.wealth_daily_avg, 0) else 0 end
        as numerator_part,
    holding.loan_daily_avg as denominator_part,
    holding.deposit_daily_avg,
    holding.wealth_daily_avg,
    holding.loan_daily_avg
from customer_deposit as holding
where
    list_contains($branches, holding.branch_id)
    and holding.customer_id in (
        select loan.customer_id
        from loan_account as loan
        where loan.is_inclusive and loan.balance > 0
    )
