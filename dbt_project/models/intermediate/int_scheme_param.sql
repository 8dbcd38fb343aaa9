-- grain: one row per scheme, parameter and organisation: the value in force for it at period end
with

param as (
    select * from {{ ref('scheme_param') }}
),

organisation as (
    select * from {{ ref('int_org') }}
),

context as (
    select * from {{ source('run', 'run_context') }}
),

in_force as (
    select param.*
    from param
    inner join context
        on
            param.effective_date <= context.period_end
            and coalesce(param.expiry_date >= context.period_end, true)
),

-- An organisation meets its own rows and the bank's. Its own row beats the bank's; of several with
-- the same standing the latest effective one counts.
ranked as (
    select
        in_force.scheme_id,
        in_force.param_name,
        organisation.org_id,
        in_force.param_value,
        in_force.unit,
        in_force.org_id = organisation.org_id as is_own,
        row_number() over (
            partition by in_force.scheme_id, in_force.param_name, organisation.org_id
            order by
                case when in_force.org_id = organisation.org_id then 0 else 1 end,
                in_force.effective_date desc
        ) as preference
    from organisation
    inner join in_force on in_force.org_id in (organisation.org_id, organisation.bank_id)
),

resolved as (
    select
        scheme_id,
        param_name,
        org_id,
        param_value,
        {{ to_number('param_value') }} as param_number,
        unit,
        is_own
    from ranked
    where preference = 1
)

select * from resolved
