-- grain: one row per branch that has social-security cards
with

card as (
    select * from {{ ref('card') }}
    where card_type_code = 'social_security'
),

context as (
    select * from {{ source('run', 'run_context') }}
),

-- A closed card was issued once and is no longer a card of the bank.
by_branch as (
    select
        card.branch_id,
        count(*) as issued_count,
        sum(case when card.activated_date <= context.period_end then 1 else 0 end)
            as activated_count,
        sum(case when card.signed_date <= context.period_end then 1 else 0 end) as signed_count,
        sum(
            case
                when card.activated_date <= context.period_end and card.month_transaction_count > 0
                    then 1
                else 0
            end
        ) as used_count
    from card
    cross join context
    where card.status_code <> 'closed' and card.issued_date <= context.period_end
    group by card.branch_id
)

select * from by_branch
