-- metrics: grid_service_levels
-- loads: org_unit@period, grid@period, grid_assignment@period, scheme_binding@period
-- labels: level_name=层级|level
-- grain: one row per organisation, and one per officer's assignment, on a level of the tree of the
--     scheme that binds the organisation, the one above it or one below it; the first of a level
--     carries 1
with

context as (
    select * from run.run_context
),

organisation as (
    select org_unit.*
    from org_unit
    cross join context
    where
        org_type_code <> 'bank'
        and coalesce(opened_date <= context.period_end, true)
        and coalesce(closed_date > context.period_end, true)
),

bound as (
    select distinct
        binding.org_id,
        binding.scheme_id
    from scheme_binding as binding
    cross join context
    where
        list_contains($branches, binding.org_id)
        and binding.effective_date <= context.period_end
        and coalesce(binding.expiry_date >= context.period_end, true)
),

near as (
    select
        bound.scheme_id,
        other.*
    from bound
    inner join organisation as own on bound.org_id = own.org_id
    inner join organisation as other
        on own.org_id in (other.org_id, other.parent_org_id) or own.parent_org_id = other.org_id
),

member as (
    select distinct
        near.scheme_id,
        'org_unit' as ledger,
        near.org_id as branch_id,
        near.load_id,
        near.row_no,
        near.org_id as row_key,
        near.org_type_code as member_code,
        cast(null as date) as start_date
    from near
    union all
    select distinct
        near.scheme_id,
        'grid_assignment' as ledger,
        assignment.branch_id,
        assignment.load_id,
        assignment.row_no,
        assignment.grid_id || ' ' || assignment.person_id as row_key,
        'officer' as member_code,
        assignment.start_date
    from near
    cross join context
    inner join grid_assignment as assignment on near.org_id = assignment.branch_id
    inner join grid on assignment.grid_id = grid.grid_id
    where
        assignment.role_code = 'officer'
        and assignment.start_date <= context.period_end
        and coalesce(assignment.end_date >= context.period_end, true)
        and grid.live_date <= context.period_end
        and coalesce(grid.closed_date > context.period_end, true)
)

select
    'service_levels' as segment,
    member.ledger,
    member.branch_id,
    member.load_id,
    member.row_no,
    member.row_key,
    case
        when
            row_number() over (
                partition by service_level.level_code
                order by member.ledger desc, member.branch_id, member.row_key, member.scheme_id
            ) = 1
            then 1
        else 0
    end as numerator_part,
    cast(null as integer) as denominator_part,
    service_level.level_code as level_name,
    member.start_date
from member
inner join grid_service_level as service_level
    on
        member.scheme_id = service_level.scheme_id
        and member.member_code = service_level.member_code
