-- grain: one row per outlet open at period end: its part in inclusive business of the year
with

outlet as (
    select * from {{ ref('int_outlet') }}
),

loan as (
    select * from {{ ref('loan_account') }}
),

listed_loan as (
    select * from {{ ref('loan_account') }}
),

participation as (
    select * from {{ ref('business_participation_history') }}
),

sale as (
    select * from {{ ref('product_sale_history') }}
),

month_window as (
    select * from {{ source('run', 'run_month') }}
    where is_current_year
),

context as (
    select * from {{ source('run', 'run_context') }}
),

-- the loans that participations name are looked up in the closed month's ledger
loan_gap as (
    select
        source_gap.org_id,
        source_gap.reason_code
    from {{ ref('int_source_gap') }} as source_gap
    inner join context on source_gap.month = context.period
    where source_gap.ledger = 'loan_account'
),

position as (
    select
        branch_id,
        bool_or(is_inclusive and balance > 0) as has_inclusive_loan,
        count(*) - count(is_inclusive) as unknown_count
    from loan
    group by branch_id
),

-- A row that names a loan counts when that loan is inclusive (settled ones stay in the ledger until
-- December); one that names none is about a customer before the loan and counts as it is.
counted as (
    select
        participation.branch_id,
        participation.participation_code,
        case
            when participation.loan_id is null then true
            when listed_loan.loan_id is null then false
            else listed_loan.is_inclusive
        end as is_inclusive
    from participation
    inner join month_window on participation.month = month_window.month
    left join listed_loan on participation.loan_id = listed_loan.loan_id
),

part as (
    select
        branch_id,
        bool_or(is_inclusive and participation_code = 'booking') as has_booked,
        bool_or(is_inclusive and participation_code = 'marketing') as has_marketed,
        bool_or(is_inclusive and participation_code = 'initiating') as has_initiated,
        bool_or(is_inclusive) as has_any,
        count(*) - count(is_inclusive) as unknown_count
    from counted
    group by branch_id
),

sold as (
    select sale.branch_id
    from sale
    inner join month_window on sale.month = month_window.month
    where sale.unit_count > 0 or sale.sale_amount > 0
    group by sale.branch_id
),

combined as (
    select
        outlet.branch_id,
        coalesce(position.has_inclusive_loan, false) as has_inclusive_loan,
        coalesce(part.has_booked, false) as has_booked,
        coalesce(part.has_marketed, false) as has_marketed,
        coalesce(part.has_initiated, false) as has_initiated,
        coalesce(part.has_any, false) as has_any,
        sold.branch_id is not null as has_sold,
        case when position.unknown_count > 0 then 'no_source:loan_account.is_inclusive' end
            as position_reason,
        coalesce(
            loan_gap.reason_code,
            case when part.unknown_count > 0 then 'no_source:loan_account.is_inclusive' end
        ) as participation_reason
    from outlet
    left join position on outlet.branch_id = position.branch_id
    left join part on outlet.branch_id = part.branch_id
    left join sold on outlet.branch_id = sold.branch_id
    left join loan_gap on outlet.branch_id = loan_gap.org_id
)

select * from combined
