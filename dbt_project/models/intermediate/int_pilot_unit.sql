-- grain: one row per active organisation (branch or bank)
with

unit as (
    select * from {{ ref('int_admin_unit') }}
),

context as (
    select * from {{ source('run', 'run_context') }}
),

organisation as (
    select * from {{ ref('int_org') }}
    where is_active
),

member as (
    select * from {{ ref('int_org_member') }}
),

source_gap as (
    select * from {{ ref('int_source_gap') }}
    where ledger = 'admin_unit'
),

by_org as (
    select
        member.org_id,
        count(*) as unit_count,
        sum(case when unit.is_pilot then 1 else 0 end) as pilot_unit_count
    from unit
    inner join member on unit.branch_id = member.branch_id
    group by member.org_id
),

pilot_unit as (
    select
        organisation.org_level,
        organisation.org_id,
        coalesce(by_org.unit_count, 0) as unit_count,
        cast(coalesce(by_org.pilot_unit_count, 0) as bigint) as pilot_unit_count,
        source_gap.reason_code
    from organisation
    cross join context
    left join by_org on organisation.org_id = by_org.org_id
    left join source_gap
        on organisation.org_id = source_gap.org_id and context.period = source_gap.month
)

select * from pilot_unit
