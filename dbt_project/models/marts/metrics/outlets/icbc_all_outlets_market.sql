-- grain: one row per organisation (branch, county or bank); segment all
with

counted as (
    select
        branch_id,
        'all' as segment,
        case when has_sold then 1 else 0 end as numerator,
        1 as denominator,
        cast(null as varchar) as reason_code
    from {{ ref('int_outlet_participation') }}
),

{{ rolled_up('counted', ledgers=['product_sale'], months='year') }}

{{ metric_rows('icbc_all_outlets_market', 'measured') }}
