-- metrics: deposit_total, deposit_year_end_net_increase
-- loads: deposit_tenday@rows
-- grain: one row per branch at the last day of the closed month, and of December before (subtracted)
select
    'all' as segment,
    'deposit_tenday' as ledger,
    deposit.branch_id,
    deposit.load_id,
    deposit.row_no,
    deposit.branch_id || ' ' || cast(deposit.balance_date as varchar) as row_key,
    case
        when deposit.month = context.period then deposit.deposit_balance
        else -deposit.deposit_balance
    end as numerator_part,
    cast(null as decimal(18, 2)) as denominator_part,
    deposit.balance_date
from deposit_tenday_history as deposit
cross join run.run_context as context
where
    list_contains($branches, deposit.branch_id)
    and (
        deposit.balance_date = context.period_end
        or (
            $metric_id = 'deposit_year_end_net_increase'
            and deposit.balance_date = context.year_start - 1
        )
    )
