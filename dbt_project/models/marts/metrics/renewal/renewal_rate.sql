-- grain: one row per organisation (branch or bank) and basis (household, amount)
with

renewal as (
    select * from {{ ref('int_renewal') }}
    where window_code = 'final'
),

measured as (
    select
        org_level,
        org_id,
        'household' as segment,
        renewed_customer_count as numerator,
        due_customer_count as denominator,
        reason_code
    from renewal
    union all
    select
        org_level,
        org_id,
        'amount' as segment,
        renewed_principal as numerator,
        due_principal as denominator,
        reason_code
    from renewal
)

{{ metric_rows('renewal_rate', 'measured') }}
