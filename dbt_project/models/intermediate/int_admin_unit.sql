-- grain: one row per village or community in force at period end
with

unit as (
    select * from {{ ref('admin_unit') }}
),

context as (
    select * from {{ source('run', 'run_context') }}
),

-- designated for a later date is not yet pilot
dated as (
    select
        unit.admin_unit_id,
        unit.branch_id,
        unit.unit_kind_code,
        unit.is_pilot and coalesce(unit.pilot_from_date <= context.period_end, false) as is_pilot
    from unit
    cross join context
)

select * from dated
