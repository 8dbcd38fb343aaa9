-- grain: one row per branch: cards that replaced a passbook
with

card as (
    select * from {{ ref('card') }}
),

context as (
    select * from {{ source('run', 'run_context') }}
),

by_branch as (
    select
        card.branch_id,
        sum(case when card.is_passbook_replaced then 1 else 0 end) as replaced_count
    from card
    cross join context
    where card.status_code <> 'closed' and card.issued_date <= context.period_end
    group by card.branch_id
)

select * from by_branch
