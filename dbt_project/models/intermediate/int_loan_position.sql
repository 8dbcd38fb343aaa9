-- grain: one row per point (period_end, year_start) and active organisation (branch or bank)
with

by_status as (
    select * from {{ ref('int_loan_status') }}
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
    where ledger = 'loan_account'
),

context as (
    select * from {{ source('run', 'run_context') }}
),

point as (
    select
        'period_end' as point_code,
        period as month
    from context
    union all
    select
        'year_start' as point_code,
        previous_year_end_period as month
    from context
),

by_org as (
    select
        by_status.point_code,
        member.org_id,
        sum(by_status.loan_count) as loan_count,
        sum(by_status.loan_amount) as loan_amount,
        sum(by_status.balance) as balance,
        sum(by_status.agri_balance) as agri_balance,
        sum(by_status.small_micro_balance) as small_micro_balance,
        sum(by_status.agri_or_small_micro_balance) as agri_or_small_micro_balance,
        sum(by_status.inclusive_balance) as inclusive_balance,
        sum(by_status.npl_balance) as npl_balance,
        sum(by_status.unknown_balance_count) as unknown_balance_count,
        sum(by_status.unknown_amount_count) as unknown_amount_count,
        sum(by_status.unknown_agri_count) as unknown_agri_count,
        sum(by_status.unknown_small_micro_count) as unknown_small_micro_count,
        sum(by_status.unknown_inclusive_count) as unknown_inclusive_count,
        sum(by_status.unknown_class_count) as unknown_class_count,
        sum(by_status.unknown_status_count) as unknown_status_count
    from by_status
    inner join member on by_status.branch_id = member.branch_id
    group by
        by_status.point_code,
        member.org_id
),

position as (
    select
        point.point_code,
        organisation.org_level,
        organisation.org_id,
        cast(coalesce(by_org.loan_count, 0) as bigint) as loan_count,
        coalesce(by_org.loan_amount, 0) as loan_amount,
        coalesce(by_org.balance, 0) as balance,
        coalesce(by_org.agri_balance, 0) as agri_balance,
        coalesce(by_org.small_micro_balance, 0) as small_micro_balance,
        coalesce(by_org.agri_or_small_micro_balance, 0) as agri_or_small_micro_balance,
        coalesce(by_org.inclusive_balance, 0) as inclusive_balance,
        coalesce(by_org.npl_balance, 0) as npl_balance,
        source_gap.reason_code as source_reason,
        coalesce(
            source_gap.reason_code,
            case when by_org.unknown_balance_count > 0 then 'no_source:loan_account.balance' end
        ) as balance_reason,
        coalesce(
            source_gap.reason_code,
            case when by_org.unknown_amount_count > 0 then 'no_source:loan_account.loan_amount' end
        ) as amount_reason,
        case when by_org.unknown_agri_count > 0 then 'no_source:loan_account.is_agri' end
            as agri_reason,
        case
            when by_org.unknown_small_micro_count > 0 then 'no_source:loan_account.is_small_micro'
        end as small_micro_reason,
        case when by_org.unknown_inclusive_count > 0 then 'no_source:loan_account.is_inclusive' end
            as inclusive_reason,
        case when by_org.unknown_class_count > 0 then 'no_source:loan_account.five_class_code' end
            as class_reason,
        case
            when by_org.unknown_status_count > 0
                then 'no_source:loan_account.contract_status_code'
        end as status_reason
    from point
    cross join organisation
    left join by_org
        on point.point_code = by_org.point_code and organisation.org_id = by_org.org_id
    left join source_gap
        on point.month = source_gap.month and organisation.org_id = source_gap.org_id
)

select * from position
