-- metrics: self_service_small_loan_ratio
-- loads: loan_event@year
-- switches: self_service_small_loan_ceiling
-- grain: one row per disbursement up to the ceiling
with

switch as (
    select
        org_id,
        cast(switch_value as decimal(18, 2)) as self_service_small_loan_ceiling
    from int_switch_value
    where switch_name = 'self_service_small_loan_ceiling'
)

select
    'all' as segment,
    'loan_event' as ledger,
    event.branch_id,
    event.load_id,
    event.row_no,
    event.event_id as row_key,
    case when event.channel_code in ('mobile_bank', 'internet_bank', 'self_service') then 1 else 0 end
        as numerator_part,
    1 as denominator_part,
    event.loan_id,
    event.event_date,
    event.principal_amount,
    event.channel_code
from loan_event_history as event
cross join run.run_context as context
inner join switch on event.branch_id = switch.org_id
where
    list_contains($branches, event.branch_id)
    and event.event_type_code = 'disburse'
    and event.month between strftime(context.year_start, '%Y-%m') and context.period
    and event.principal_amount <= switch.self_service_small_loan_ceiling
