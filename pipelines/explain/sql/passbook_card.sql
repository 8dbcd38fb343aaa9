-- metrics: passbook_replaced_card_count
-- loads: card@period
-- grain: one row per card that replaced a passbook
select
    'all' as segment,
    'card' as ledger,
    card.branch_id,
    card.load_id,
    card.row_no,
    card.card_id as row_key,
    1 as numerator_part,
    cast(null as integer) as denominator_part,
    card.card_type_code,
    card.status_code,
    card.issued_date,
    card.is_passbook_replaced
from card
cross join run.run_context as context
where
    list_contains($branches, card.branch_id)
    and card.is_passbook_replaced
    and card.status_code <> 'closed'
    and card.issued_date <= context.period_end
