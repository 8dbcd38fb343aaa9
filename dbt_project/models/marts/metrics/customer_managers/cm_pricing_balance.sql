-- grain: one row per organisation (branch, county or bank); segment all
with

counted as (
    select
        branch_id,
        'all' as segment,
        product_code,
        is_priced as numerator,
        true as denominator,
        reason_code
    from {{ ref('int_piece_pay') }}
),

{{ rolled_up('counted', ledgers=['product_sale'], months='year', distinct='product_code') }}

{{ metric_rows('cm_pricing_balance', 'measured') }}
