-- grain: one row per organisation (branch or bank) and contract status, and all of them
with

position as (
    select * from {{ ref('int_loan_position') }}
    where point_code = 'period_end'
),

by_status as (
    select * from {{ ref('int_loan_status') }}
    where point_code = 'period_end'
),

member as (
    select * from {{ ref('int_org_member') }}
),

status as (
    select code as contract_status_code
    from {{ ref('ledger_code') }}
    where ledger = 'loan_account' and column_name = 'contract_status_code'
),

by_org as (
    select
        member.org_id,
        by_status.contract_status_code,
        sum(by_status.loan_amount) as loan_amount
    from by_status
    inner join member on by_status.branch_id = member.branch_id
    group by
        member.org_id,
        by_status.contract_status_code
),

measured as (
    select
        org_level,
        org_id,
        'all' as segment,
        loan_amount as numerator,
        amount_reason as reason_code
    from position
    union all
    select
        position.org_level,
        position.org_id,
        status.contract_status_code as segment,
        coalesce(by_org.loan_amount, 0) as numerator,
        coalesce(position.amount_reason, position.status_reason) as reason_code
    from position
    cross join status
    left join by_org
        on
            position.org_id = by_org.org_id
            and status.contract_status_code = by_org.contract_status_code
)

{{ metric_rows('loan_amount', 'measured', kind='amount') }}
