-- grain: one row per branch and part: what was carried forward from before the year, and the year
with

event as (
    select * from {{ ref('loan_event_history') }}
),

customer as (
    select * from {{ ref('customer') }}
),


organisation as (
    select * from {{ ref('int_org') }}
    where org_level = 'branch' and is_active
),

param as (
    select * from {{ ref('int_scheme_param') }}
    where
        scheme_id = 'lanxi_five_year'
        and param_name = 'low_income_farm_loan_before_year'
        and is_own
),

context as (
    select * from {{ source('run', 'run_context') }}
),

part as (
    select
        event.branch_id,
        sum(event.principal_amount) as amount,
        cast(null as varchar) as reason_code
    from event
    cross join context
    inner join customer on event.customer_id = customer.customer_id
    where
        event.event_type_code = 'disburse'
        and event.month between {{ month_of('context.year_start') }} and context.period
        and customer.is_low_income
    group by event.branch_id
    union all
    select
        organisation.org_id as branch_id,
        param.param_number as amount,
        case
            when param.org_id is null
                then 'missing_parameter:low_income_farm_loan_before_year'
            when param.param_number is null
                then 'invalid_parameter:low_income_farm_loan_before_year'
        end as reason_code
    from organisation
    left join param on organisation.org_id = param.org_id
)

select * from part
