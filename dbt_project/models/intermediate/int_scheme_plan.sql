-- grain: one row per organisation of the register and scheme: the year of the plan that the closed
-- month lies in
with

organisation as (
    select * from {{ ref('int_org') }}
    where org_level <> 'county'
),

scheme as (
    select * from {{ ref('scheme') }}
),

param as (
    select * from {{ ref('int_scheme_param') }}
    where param_name = 'plan_start_year'
),

context as (
    select * from {{ source('run', 'run_context') }}
),

-- A start year that the source redacts (AMB-106) is the bank's own or unknown. A printed one counts
-- until the bank sends another: it follows the plan then in years of its own.
started as (
    select
        organisation.org_id,
        scheme.scheme_id,
        case
            when param.org_id is not null then param.param_number
            else scheme.start_year
        end as start_year,
        case
            when param.org_id is not null and param.param_number is null
                then 'invalid_parameter:plan_start_year'
            when param.org_id is null and scheme.start_year is null
                then 'missing_parameter:plan_start_year'
        end as reason_code
    from organisation
    cross join scheme
    left join param
        on organisation.org_id = param.org_id and scheme.scheme_id = param.scheme_id
),

plan as (
    select
        started.org_id,
        started.scheme_id,
        cast(started.start_year as integer) as start_year,
        cast({{ year_of('context.period_end') }} - started.start_year + 1 as integer) as plan_year,
        started.reason_code
    from started
    cross join context
)

select * from plan
