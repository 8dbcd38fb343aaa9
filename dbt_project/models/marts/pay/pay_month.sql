-- grain: one row per organisation bound to rcu_salary and month of the year to the closed month
with

organisation as (
    select * from {{ ref('int_org') }}
    where is_active and org_level = 'branch'
),

binding as (
    select * from {{ ref('int_scheme_binding') }}
    where scheme_id = 'rcu_salary'
),

param as (
    select * from {{ ref('int_scheme_param') }}
    where scheme_id = 'rcu_salary'
),

switch as (
    select * from {{ ref('int_switch') }}
),

printed as (
    select * from {{ ref('scheme_target') }}
    where scheme_id = 'rcu_salary' and metric_id = 'monthly_payout_ratio'
),

month_window as (
    select * from {{ source('run', 'run_month') }}
    where is_current_year
),

deposit as (
    select * from {{ ref('int_deposit_net_increase') }}
),

interest as (
    select * from {{ ref('int_interest_income') }}
),

npl as (
    select * from {{ ref('int_npl_recovery') }}
),

bound as (
    select
        organisation.org_id,
        organisation.org_type_code,
        switch.deposit_floor
    from organisation
    inner join binding on organisation.org_id = binding.org_id
    inner join switch on organisation.org_id = switch.org_id
),

-- paid out each month: interest in full, the other components in part (steps 11 and 12)
payout as (
    select
        max(case when segment = 'interest_income' then target * 0.01 end) as interest_share,
        max(case when segment = 'other_items' then target * 0.01 end) as other_share
    from printed
),

-- The content rates are redacted in the source: each is the bank's own or there is no pay. The
-- business department has its own rate for interest.
needed_rate as (
    select
        org_id,
        'deposit' as component,
        'content_rate_deposit' as param_name
    from bound
    union all
    select
        org_id,
        'interest' as component,
        case
            when org_type_code = 'business_dept' then 'content_rate_interest_business_dept'
            else 'content_rate_interest'
        end as param_name
    from bound
    union all
    select
        org_id,
        'npl' as component,
        'content_rate_npl_recovery' as param_name
    from bound
),

rate as (
    select
        needed_rate.org_id,
        needed_rate.component,
        param.param_number as yuan_per_10k,
        case
            when param.org_id is null then 'missing_parameter:' || needed_rate.param_name
            when param.param_number is null or coalesce(param.unit, '元/万元') <> '元/万元'
                then 'invalid_parameter:' || needed_rate.param_name
        end as reason_code
    from needed_rate
    left join param
        on needed_rate.org_id = param.org_id and needed_rate.param_name = param.param_name
),

rates as (
    select
        org_id,
        max(case when component = 'deposit' and reason_code is null then yuan_per_10k end)
            as deposit_rate,
        max(case when component = 'interest' and reason_code is null then yuan_per_10k end)
            as interest_rate,
        max(case when component = 'npl' and reason_code is null then yuan_per_10k end) as npl_rate,
        coalesce(
            max(case when component = 'deposit' then reason_code end),
            max(case when component = 'interest' then reason_code end),
            max(case when component = 'npl' then reason_code end)
        ) as rate_reason
    from rate
    group by org_id
),

driver as (
    select
        bound.org_id,
        month_window.month,
        bound.deposit_floor,
        case when deposit.reason_code is null then deposit.deposit_net_increase_yuan end
            as deposit_net_increase_yuan,
        case when interest.reason_code is null then interest.interest_income_yuan end
            as interest_income_yuan,
        case when npl.reason_code is null then npl.npl_recovery_yuan end as npl_recovery_yuan,
        coalesce(deposit.reason_code, interest.reason_code, npl.reason_code) as driver_reason
    from bound
    cross join month_window
    left join deposit
        on bound.org_id = deposit.org_id and month_window.month = deposit.month
    left join interest
        on bound.org_id = interest.org_id and month_window.month = interest.month
    left join npl
        on bound.org_id = npl.org_id and month_window.month = npl.month
),

-- Year-to-date driver in yuan x rate in yuan per 10,000 yuan, to the fen (steps 7 to 9). A net
-- decrease of deposits pays nothing unless the switch lets it count.
component as (
    select
        driver.org_id,
        driver.month,
        driver.deposit_net_increase_yuan,
        driver.interest_income_yuan,
        driver.npl_recovery_yuan,
        {{ to_fen(
            "case"
            ~ " when driver.deposit_net_increase_yuan < 0 and driver.deposit_floor = 'zero' then 0"
            ~ " else driver.deposit_net_increase_yuan * rates.deposit_rate * 0.0001 end"
        ) }} as deposit_pay,
        {{ to_fen('driver.interest_income_yuan * rates.interest_rate * 0.0001') }} as interest_pay,
        {{ to_fen('driver.npl_recovery_yuan * rates.npl_rate * 0.0001') }} as npl_pay,
        coalesce(driver.driver_reason, rates.rate_reason) as reason_code
    from driver
    inner join rates on driver.org_id = rates.org_id
),

pool as (
    select
        component.*,
        component.deposit_pay + component.interest_pay + component.npl_pay as gross_pool,
        {{ to_fen(
            'payout.interest_share * component.interest_pay'
            ~ ' + payout.other_share * (component.deposit_pay + component.npl_pay)'
        ) }} as cumulative_payable
    from component
    cross join payout
),

-- What was paid stays paid: a fall of the year-to-date amount is carried forward, no slip is
-- negative (step 13, AMB-027). An unknown month leaves all later ones unknown.
rolled as (
    select
        pool.*,
        count(*) over (partition by org_id order by month)
        - count(cumulative_payable) over (partition by org_id order by month) as unknown_months,
        max(cumulative_payable) over (partition by org_id order by month) as highest_payable,
        min(reason_code) over (partition by org_id order by month) as earlier_reason
    from pool
),

paid as (
    select
        rolled.*,
        case
            when unknown_months > 0 then null
            when highest_payable < 0 then 0
            else highest_payable
        end as paid_to_date
    from rolled
),

pay_month as (
    select
        org_id,
        month,
        cast(deposit_net_increase_yuan as decimal(38, 6)) as deposit_net_increase_yuan,
        cast(interest_income_yuan as decimal(38, 2)) as interest_income_yuan,
        cast(npl_recovery_yuan as decimal(38, 2)) as npl_recovery_yuan,
        cast(deposit_pay as decimal(38, 2)) as deposit_pay,
        cast(interest_pay as decimal(38, 2)) as interest_pay,
        cast(npl_pay as decimal(38, 2)) as npl_pay,
        cast(gross_pool as decimal(38, 2)) as gross_pool,
        cast(cumulative_payable as decimal(38, 2)) as cumulative_payable,
        cast(paid_to_date as decimal(38, 2)) as paid_to_date,
        cast(
            paid_to_date - coalesce(
                lag(paid_to_date) over (partition by org_id order by month), 0
            ) as decimal(38, 2)
        ) as month_pay,
        coalesce(reason_code, earlier_reason) as reason_code
    from paid
)

select * from pay_month
