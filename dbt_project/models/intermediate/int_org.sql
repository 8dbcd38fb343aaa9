-- grain: one row per organisation of the register in force at period end, the bank included, and
-- one per county (division code) that has any
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
        org_unit.peer_group_code,
        org_unit.division_code,
        coalesce(org_unit.is_urban_union, false) as is_urban_union,
        coalesce(org_unit.is_strong_county_pilot, false) as is_strong_county_pilot,
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
),

-- A county is no organisation of the register: it has no parent of its own, and is the sum of the
-- organisations that stand in it.
county as (
    select
        division_code as org_id,
        '区县' || division_code as org_name,
        bank_id as parent_org_id,
        bank_id,
        'county' as org_level,
        'county' as org_type_code,
        cast(null as varchar) as location_code,
        cast(null as varchar) as peer_group_code,
        division_code,
        false as is_urban_union,
        false as is_strong_county_pilot,
        min(opened_date) as opened_date,
        case when count(*) = count(closed_date) then max(closed_date) end as closed_date,
        bool_or(is_active) as is_active,
        bool_or(is_in_year) as is_in_year
    from organisation
    where division_code is not null
    group by
        division_code,
        bank_id
)

select * from organisation
union all
select * from county
