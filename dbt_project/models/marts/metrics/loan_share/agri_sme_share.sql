-- grain: one row per organisation (branch or bank) and reading of the share
with

position as (
    select * from {{ ref('int_loan_position') }}
    where point_code = 'period_end'
),

-- The target gates the union; parts and naive sum are shown beside it (AMB-018).
measured as (
    select
        org_level,
        org_id,
        'agri_union_small_micro' as segment,
        agri_or_small_micro_balance as numerator,
        balance as denominator,
        coalesce(balance_reason, agri_reason, small_micro_reason) as reason_code
    from position
    union all
    select
        org_level,
        org_id,
        'agri' as segment,
        agri_balance as numerator,
        balance as denominator,
        coalesce(balance_reason, agri_reason) as reason_code
    from position
    union all
    select
        org_level,
        org_id,
        'small_micro' as segment,
        small_micro_balance as numerator,
        balance as denominator,
        coalesce(balance_reason, small_micro_reason) as reason_code
    from position
    union all
    select
        org_level,
        org_id,
        'naive_sum' as segment,
        agri_balance + small_micro_balance as numerator,
        balance as denominator,
        coalesce(balance_reason, agri_reason, small_micro_reason) as reason_code
    from position
)

{{ metric_rows('agri_sme_share', 'measured') }}
