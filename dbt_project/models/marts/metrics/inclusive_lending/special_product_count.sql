-- grain: one row per organisation (branch, county or bank); segment
with

counted as (
    select
        branch_id,
        segment,
        product_code,
        is_counted as numerator,
        false as denominator,
        reason_code
    from {{ ref('int_special_product') }}
),

{{ rolled_up(
    'counted',
    ledgers=['loan_account'],
    segments=['strong_county_pilot_products', 'huidai_subcategories'],
    columns=['loan_account.product_code'],
    distinct='product_code'
) }}

{{ metric_rows('special_product_count', 'measured', kind='count') }}
