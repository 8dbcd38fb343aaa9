-- grain: one row per branch and level of its scheme's service tree that it has
with

service_level as (
    select * from {{ ref('grid_service_level') }}
),

binding as (
    select * from {{ ref('int_scheme_binding') }}
),

organisation as (
    select * from {{ ref('int_org') }}
    where org_level = 'branch' and is_active
),

officer as (
    select distinct branch_id from {{ ref('int_grid_officer') }}
    where role_code = 'officer'
),

-- An organisation stands in the tree between the one above it and those below it.
near as (
    select
        org_id as branch_id,
        org_id as near_id
    from organisation
    union
    select
        organisation.org_id as branch_id,
        parent.org_id as near_id
    from organisation
    inner join organisation as parent on organisation.parent_org_id = parent.org_id
    union
    select
        organisation.org_id as branch_id,
        child.org_id as near_id
    from organisation
    inner join organisation as child on organisation.org_id = child.parent_org_id
),

member as (
    select
        near.branch_id,
        organisation.org_type_code as member_code
    from near
    inner join organisation on near.near_id = organisation.org_id
    union
    select
        near.branch_id,
        'officer' as member_code
    from near
    inner join officer on near.near_id = officer.branch_id
),

reached as (
    select distinct
        member.branch_id,
        service_level.level_code
    from member
    inner join binding on member.branch_id = binding.org_id
    inner join service_level
        on
            binding.scheme_id = service_level.scheme_id
            and member.member_code = service_level.member_code
)

select * from reached
