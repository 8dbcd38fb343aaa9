-- grain: one row per organisation of the register in force at period end, the bank included
with

org_unit as (
    select * from {{ ref('org_unit') }}
),

context as (
    select * from {{ source('run', 'run_context') }}
),

bank as (
    select org_id as bank_id
    from org_unit
    where org_type_code = 'bank'
),

organisation as (
    select
        org_unit.org_id,
        org_unit.org_name,
        org_unit.parent_org_id,
        bank.bank_id,
        case when org_unit.org_type_code = 'bank' then 'bank' else 'branch' end as org_level,
        org_unit.org_type_code,
        org_unit.location_code,
        coalesce(org_unit.is_urban_union, false) as is_urban_union,
        org_unit.opened_date,
        org_unit.closed_date,
        coalesce(org_unit.opened_date <= context.period_end, true)
        and coalesce(org_unit.closed_date > context.period_end, true) as is_active,
        -- what a branch earned and lent before it closed stays in the year, and in the bank's sum
        coalesce(org_unit.opened_date <= context.period_end, true)
        and coalesce(org_unit.closed_date > context.year_start, true) as is_in_year
    from org_unit
    cross join bank
    cross join context
)

select * from organisation
