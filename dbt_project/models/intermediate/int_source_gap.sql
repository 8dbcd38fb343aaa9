-- grain: one row per ledger, month of the window and organisation that lacks the ledger there
with

ledger as (
    select * from {{ source('run', 'run_ledger') }}
),

month_window as (
    select * from {{ source('run', 'run_month') }}
),

load_in_force as (
    select * from {{ source('run', 'run_load') }}
),

organisation as (
    select * from {{ ref('int_org') }}
),

member as (
    select * from {{ ref('int_org_member') }}
),

-- who should have sent: every branch that was open at the end of that month
expected as (
    select
        ledger.ledger,
        month_window.month,
        organisation.org_id as branch_id,
        organisation.bank_id
    from ledger
    cross join month_window
    inner join organisation
        on
            coalesce(month_window.month_end >= organisation.opened_date, true)
            and coalesce(month_window.month_end < organisation.closed_date, true)
    where organisation.org_level = 'branch'
),

-- a load sent by head office covers all branches
sent as (
    select distinct
        ledger,
        month,
        org
    from load_in_force
),

missing as (
    select
        expected.ledger,
        expected.month,
        expected.branch_id
    from expected
    left join sent as own_load
        on
            expected.ledger = own_load.ledger
            and expected.month = own_load.month
            and expected.branch_id = own_load.org
    left join sent as bank_load
        on
            expected.ledger = bank_load.ledger
            and expected.month = bank_load.month
            and expected.bank_id = bank_load.org
    where own_load.org is null and bank_load.org is null
),

-- a figure of the bank needs all its branches
gap as (
    select
        missing.ledger,
        missing.month,
        member.org_level,
        member.org_id,
        'no_source:' || missing.ledger || ':' || missing.month as reason_code
    from missing
    inner join member on missing.branch_id = member.branch_id
    group by
        missing.ledger,
        missing.month,
        member.org_level,
        member.org_id
)

select * from gap
