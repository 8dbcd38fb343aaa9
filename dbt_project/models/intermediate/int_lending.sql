-- grain: one row per branch and part (disbursed in the year, loan balance at either end)
with

event as (
    select * from {{ ref('loan_event_history') }}
    where event_type_code = 'disburse'
),

month_window as (
    select * from {{ source('run', 'run_month') }}
    where is_current_year
),

quality as (
    select * from {{ ref('int_loan_quality') }}
),

switch as (
    select * from {{ ref('int_switch_value') }}
    where switch_name = 'lending_basis'
),

missing as (
    select
        source_gap.org_id,
        min(source_gap.reason_code) as reason_code
    from {{ ref('int_source_gap') }} as source_gap
    inner join {{ source('run', 'run_context') }} as context
        on source_gap.month in (context.period, context.previous_year_end_period)
    where source_gap.ledger = 'loan_account'
    group by source_gap.org_id
),

part as (
    select
        event.branch_id,
        'gross_disbursement' as lending_basis,
        sum(event.principal_amount) as lending_yuan,
        max(
            case
                when event.principal_amount is null then 'no_source:loan_event.principal_amount'
            end
        ) as reason_code
    from event
    inner join month_window on event.month = month_window.month
    group by event.branch_id
    union all
    select
        switch.org_id as branch_id,
        'net_growth' as lending_basis,
        sum(
            case quality.point_code
                when 'period_end' then quality.balance
                else -quality.balance
            end
        ) as lending_yuan,
        max(coalesce(missing.reason_code, quality.balance_reason)) as reason_code
    from switch
    left join quality on switch.org_id = quality.branch_id
    left join missing on switch.org_id = missing.org_id
    where switch.switch_value = 'net_growth'
    group by switch.org_id
),

-- each branch by its own reading (AMB-037)
chosen as (
    select part.*
    from part
    inner join switch
        on part.branch_id = switch.org_id and part.lending_basis = switch.switch_value
)

select * from chosen
