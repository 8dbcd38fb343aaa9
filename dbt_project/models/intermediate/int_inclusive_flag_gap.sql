-- grain: one row per month of the window, organisation and S71_I row whose flag its source has not
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

form_row as (
    select * from {{ ref('s71_row') }}
),

-- what the flags of inclusive_flags rest on, where the ledger does not require it
flag_column (flag_code, ledger, column_name) as (
    values
    ('rural_collective', 'customer', 'is_rural_collective'),
    ('cooperative', 'customer', 'is_cooperative'),
    ('tech_innovation', 'customer', 'is_tech_innovation'),
    ('startup_guarantee', 'loan_account', 'is_startup_guarantee'),
    ('disabled_startup_guarantee', 'loan_account', 'is_startup_guarantee'),
    ('disabled_startup_guarantee', 'customer', 'is_disabled'),
    ('credit', 'loan_account', 'guarantee_type_code')
),

-- a load sent by head office covers all branches
concerned as (
    select
        absent.month,
        member.org_id,
        form_row.row_id,
        'no_source:' || absent.ledger || '.' || absent.column_name as reason_code
    from absent
    inner join flag_column
        on absent.ledger = flag_column.ledger and absent.column_name = flag_column.column_name
    inner join form_row on flag_column.flag_code = form_row.flag_code
    inner join organisation as sender on absent.org = sender.org_id
    inner join member on sender.org_level = 'bank' or absent.org = member.branch_id
),

flag_gap as (
    select
        month,
        org_id,
        row_id,
        min(reason_code) as reason_code
    from concerned
    group by
        month,
        org_id,
        row_id
)

select * from flag_gap
