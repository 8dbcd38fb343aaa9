-- grain: one row per outlet (branch-level organisation) open at period end
with

org_unit as (
    select * from {{ ref('org_unit') }}
),

organisation as (
    select * from {{ ref('int_org') }}
    where is_active and org_level = 'branch'
),

context as (
    select * from {{ source('run', 'run_context') }}
),

-- a tier reached after period end is not yet one
outlet as (
    select
        organisation.org_id as branch_id,
        organisation.location_code,
        org_unit.is_strong_county_pilot,
        case
            when coalesce(org_unit.tier_date <= context.period_end, true)
                then org_unit.inclusive_tier_code
        end as inclusive_tier_code,
        org_unit.tier_date,
        org_unit.transformed_date,
        org_unit.six_s_date,
        org_unit.is_hotline_posted
    from organisation
    inner join org_unit on organisation.org_id = org_unit.org_id
    cross join context
)

select * from outlet
