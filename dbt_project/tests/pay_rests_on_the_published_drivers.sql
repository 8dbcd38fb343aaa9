-- grain: one row per organisation whose pay rests on another figure than the published one
with

pay_month as (
    select * from {{ ref('pay_month') }}
),

context as (
    select * from {{ source('run', 'run_context') }}
),

metric_value as (
    select * from {{ ref('mart_metric_value') }}
),

driver as (
    select
        org_id,
        max(case when metric_id = 'deposit_tenday_avg_net_increase' then value end) as deposit,
        max(case when metric_id = 'interest_income' then value end) as interest,
        max(case when metric_id = 'npl_recovery_amount' then value end) as npl
    from metric_value
    where org_level = 'branch'
    group by org_id
)

select pay_month.org_id
from pay_month
inner join context on pay_month.month = context.period
inner join driver on pay_month.org_id = driver.org_id
where
    pay_month.reason_code is null
    and (
        pay_month.deposit_net_increase_yuan is distinct from driver.deposit
        or pay_month.interest_income_yuan is distinct from driver.interest
        or pay_month.npl_recovery_yuan is distinct from driver.npl
    )
