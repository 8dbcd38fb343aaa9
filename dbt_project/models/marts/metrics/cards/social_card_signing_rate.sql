-- grain: one row per organisation (branch, county or bank); segment all
with

counted as (
    select
        branch_id,
        'all' as segment,
        signed_count as numerator,
        issued_count as denominator,
        cast(null as varchar) as reason_code
    from {{ ref('int_social_card') }}
),

{{ rolled_up('counted', ledgers=['card']) }}

{{ metric_rows('social_card_signing_rate', 'measured') }}
