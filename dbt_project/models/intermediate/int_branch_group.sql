-- grain: one row per group of branches that a scheme names and organisation in it (all: every one)
with

org_unit as (
    select * from {{ ref('org_unit') }}
),

organisation as (
    select * from {{ ref('int_org') }}
    where org_level <> 'county'
),

column_gap as (
    select * from {{ ref('int_column_gap') }}
    where ledger = 'org_unit'
),

context as (
    select * from {{ source('run', 'run_context') }}
),

attribute as (
    select
        organisation.org_id,
        organisation.org_level,
        organisation.is_active,
        org_unit.location_code,
        org_unit.is_strong_county_pilot,
        org_unit.marketing_zone_code
    from organisation
    inner join org_unit on organisation.org_id = org_unit.org_id
),

-- A register without the column cannot say who belongs to the group: every branch is in it, to be
-- reported as unknown.
lacking as (
    select
        column_gap.org_id,
        max(case when column_gap.column_name = 'location_code' then column_gap.reason_code end)
            as location_reason,
        max(
            case
                when column_gap.column_name = 'is_strong_county_pilot' then column_gap.reason_code
            end
        ) as pilot_reason,
        max(
            case when column_gap.column_name = 'marketing_zone_code' then column_gap.reason_code end
        ) as zone_reason
    from column_gap
    inner join context on column_gap.month = context.period
    group by column_gap.org_id
),

zone as (
    select 'outer_ring' as segment
    union all
    select 'middle_ring_branches' as segment
),

branch_group as (
    select
        'all' as segment,
        org_id as branch_id,
        is_active,
        cast(null as varchar) as reason_code
    from attribute
    union all
    select
        'township_outlets' as segment,
        attribute.org_id as branch_id,
        attribute.is_active,
        lacking.location_reason as reason_code
    from attribute
    left join lacking on attribute.org_id = lacking.org_id
    where
        attribute.org_level = 'branch'
        and (attribute.location_code = 'township' or lacking.location_reason is not null)
    union all
    select
        'strong_county_pilot_branches' as segment,
        attribute.org_id as branch_id,
        attribute.is_active,
        lacking.pilot_reason as reason_code
    from attribute
    left join lacking on attribute.org_id = lacking.org_id
    where
        attribute.org_level = 'branch'
        and (attribute.is_strong_county_pilot or lacking.pilot_reason is not null)
    union all
    select
        case attribute.marketing_zone_code
            when 'outer_ring' then 'outer_ring'
            else 'middle_ring_branches'
        end as segment,
        attribute.org_id as branch_id,
        attribute.is_active,
        cast(null as varchar) as reason_code
    from attribute
    where
        attribute.org_level = 'branch'
        and attribute.marketing_zone_code in ('outer_ring', 'middle_ring')
    union all
    select
        zone.segment,
        lacking.org_id as branch_id,
        true as is_active,
        lacking.zone_reason as reason_code
    from lacking
    inner join attribute on lacking.org_id = attribute.org_id and attribute.org_level = 'branch'
    cross join zone
    where lacking.zone_reason is not null
)

select * from branch_group
