-- metrics: deposit_tenday_plan_completion
-- loads: branch_plan@rows, deposit_tenday@rows
-- switches: deposit_base
-- combine: mean_difference
-- labels: times_counted=计入次数|times counted
-- grain: numerator: one row per branch and ten-day point of this year and of the base; denominator:
--     one row per branch with a plan, counted once for every point of the year so far
with

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
),

ranked as (
    select
        plan.*,
        row_number() over (
            partition by plan.org_id, plan.plan_item_code order by plan.version_no desc
        ) as preference
    from branch_plan as plan
    inner join int_org as organisation
        on plan.org_id = organisation.org_id and organisation.org_level = 'branch'
    cross join run.run_context as context
    where
        list_contains($branches, plan.org_id)
        and organisation.is_in_year
        and plan.plan_year = extract(year from context.period_end)
        and plan.effective_date <= context.period_end
        and plan.plan_item_code = 'deposit_tenday_avg_net_increase'
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
    cast(null as decimal(38, 2)) as denominator_part,
    balance_date,
    times_counted
from point
where times_counted > 0
union all
select
    'all' as segment,
    'closing' as term,
    'branch_plan' as ledger,
    ranked.org_id as branch_id,
    ranked.load_id,
    ranked.row_no,
    ranked.org_id || ' ' || ranked.plan_item_code as row_key,
    cast(null as decimal(38, 2)) as numerator_part,
    ranked.plan_value * 3 * extract(month from context.period_end) as denominator_part,
    cast(null as date) as balance_date,
    3 * extract(month from context.period_end) as times_counted
from ranked
cross join run.run_context as context
where ranked.preference = 1
