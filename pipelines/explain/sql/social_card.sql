-- metrics: social_card_activation_rate, social_card_signing_rate, social_card_monthly_usage_rate
-- loads: card@period
-- grain: one row per social-security card that counts in the denominator
select
    'all' as segment,
    'card' as ledger,
    card.branch_id,
    card.load_id,
    card.row_no,
    card.card_id as row_key,
    case
        when
            case $metric_id
                when 'social_card_activation_rate' then card.activated_date <= context.period_end
                when 'social_card_signing_rate' then card.signed_date <= context.period_end
                else card.month_transaction_count > 0
            end
            then 1
        else 0
    end as numerator_part,
    1 as denominator_part,
    card.issued_date,
    card.activated_date,
    card.signed_date,
    card.month_transaction_count,
    card.status_code
from card
cross join run.run_context as context
where
    list_contains($branches, card.branch_id)
    and card.card_type_code = 'social_security'
    and card.status_code <> 'closed'
    and card.issued_date <= context.period_end
    and (
        $metric_id <> 'social_card_monthly_usage_rate'
        or card.activated_date <= context.period_end
    )
