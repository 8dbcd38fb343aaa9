-- grain: one row per branch: disbursements of the year up to the ceiling, and those by self-service
with

event as (
    select * from {{ ref('loan_event_history') }}
),

switch_value as (
    select * from {{ ref('int_switch_value') }}
    where switch_name = 'self_service_small_loan_ceiling'
),

context as (
    select * from {{ source('run', 'run_context') }}
),

by_branch as (
    select
        event.branch_id,
        sum(
            case
                when event.channel_code in ('mobile_bank', 'internet_bank', 'self_service') then 1
                else 0
            end
        ) as self_service_count,
        count(*) as disbursement_count
    from event
    cross join context
    inner join switch_value on event.branch_id = switch_value.org_id
    where
        event.event_type_code = 'disburse'
        and event.month between {{ month_of('context.year_start') }} and context.period
        and event.principal_amount <= {{ to_number('switch_value.switch_value') }}
    group by event.branch_id
)

select * from by_branch
