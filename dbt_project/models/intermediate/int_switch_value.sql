-- grain: one row per organisation and switch: the reading in force
with

switch_default as (
    select * from {{ ref('switch_default') }}
),

param as (
    select * from {{ ref('int_scheme_param') }}
),

binding as (
    select * from {{ ref('int_scheme_binding') }}
),

organisation as (
    select * from {{ ref('int_org') }}
),

member as (
    select * from {{ ref('int_org_member') }}
),

-- the bank is under a scheme when any of its organisations is
bound as (
    select distinct
        member.org_id,
        binding.scheme_id
    from binding
    inner join member on binding.org_id = member.branch_id
),

bound_scheme as (
    select distinct scheme_id from binding
),

-- A parameter of a scheme speaks to the organisations the scheme binds; one of a scheme that binds
-- nobody (kept only to carry parameters) speaks to all.
candidate as (
    select
        param.org_id,
        param.param_name,
        param.param_value,
        row_number() over (
            partition by param.org_id, param.param_name
            order by
                case when bound.org_id is not null then 0 else 1 end,
                case when param.is_own then 0 else 1 end,
                param.scheme_id
        ) as preference
    from param
    left join bound
        on param.org_id = bound.org_id and param.scheme_id = bound.scheme_id
    left join bound_scheme on param.scheme_id = bound_scheme.scheme_id
    where bound.org_id is not null or bound_scheme.scheme_id is null
),

chosen as (
    select
        organisation.org_id,
        switch_default.switch_name,
        coalesce(candidate.param_value, switch_default.default_value) as switch_value
    from organisation
    cross join switch_default
    left join candidate
        on
            organisation.org_id = candidate.org_id
            and switch_default.switch_name = candidate.param_name
            and candidate.preference = 1
)

select * from chosen
