-- grain: one row per published organisation and organisation whose rows count in it
with

organisation as (
    select * from {{ ref('int_org') }}
),

-- Every branch reports for itself (business department, branch and outlet alike) and all of them,
-- closed ones and head office's own books included, make up the bank. A county is made up of those
-- that stand in it; its code is not an organisation number.
member as (
    select
        org_level,
        org_id,
        org_id as branch_id
    from organisation
    where org_level = 'branch'
    union all
    select
        'county' as org_level,
        division_code as org_id,
        org_id as branch_id
    from organisation
    where org_level <> 'county' and division_code is not null
    union all
    select
        'bank' as org_level,
        bank_id as org_id,
        org_id as branch_id
    from organisation
    where org_level <> 'county'
)

select * from member
