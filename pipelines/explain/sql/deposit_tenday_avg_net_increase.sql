-- metrics: deposit_tenday_avg_net_increase
-- loads: deposit_tenday@rows
-- switches: deposit_base
-- combine: mean_difference
-- labels: times_counted=计入次数|times counted
-- grain: one row per branch and ten-day point of this year and of the base
with

-- a base that is last year's end counts 36 times, so that branches add up to the bank
point as (
    select
        deposit.*,
        month_window.is_current_year,
        case
            when month_window.is_current_year or switch.deposit_base <> 'last_year_end' then 1
            when
                month_window.month = context.previous_year_end_period
                and deposit.balance_date = month_window.month_end
                then 36
            else 0
        end as times_counted
    from deposit_tenday_history as deposit
    inner join run.run_month as month_window on deposit.month = month_window.month
    cross join run.run_context as context
    inner join int_org as organisation
        on deposit.branch_id = organisation.org_id and organisation.org_level = 'branch'
    inner join int_switch as switch on deposit.branch_id = switch.org_id
    where
        list_contains($branches, deposit.branch_id)
        and (
            deposit.balance_date = month_window.month_end
            or extract(day from deposit.balance_date) in (10, 20)
        )
)

select
    'all' as segment,
    case when is_current_year then 'closing' else 'opening' end as term,
    'deposit_tenday' as ledger,
    branch_id,
    load_id,
    row_no,
    branch_id || ' ' || cast(balance_date as varchar) as row_key,
    cast(deposit_balance * times_counted as decimal(38, 2)) as numerator_part,
    cast(null as decimal(18, 2)) as denominator_part,
    balance_date,
    times_counted
from point
where times_counted > 0
