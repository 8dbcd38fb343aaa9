-- grain: one row per ledger, column, month and organisation whose source lacks the column
with

-- columns that the source of a load in force does not have, as its mapping says
absent as (
    select * from {{ source('run', 'run_absent_column') }}
),

organisation as (
    select * from {{ ref('int_org') }}
),

member as (
    select * from {{ ref('int_org_member') }}
),

-- a load sent by head office covers all branches
column_gap as (
    select
        absent.ledger,
        absent.column_name,
        absent.month,
        member.org_level,
        member.org_id,
        'no_source:' || absent.ledger || '.' || absent.column_name as reason_code
    from absent
    inner join organisation as sender on absent.org = sender.org_id
    inner join member on sender.org_level = 'bank' or absent.org = member.branch_id
    group by
        absent.ledger,
        absent.column_name,
        absent.month,
        member.org_level,
        member.org_id
)

select * from column_gap
