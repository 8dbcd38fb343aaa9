-- grain: one row per organisation (branch, county or bank); segment all
with

counted as (
    select
        branch_id,
        'all' as segment,
        case when has_booked then 1 else 0 end as numerator,
        1 as denominator,
        participation_reason as reason_code
    from {{ ref('int_outlet_participation') }}
),

{{ rolled_up('counted', ledgers=['business_participation'], months='year') }}

{{ metric_rows('icbc_booking_outlet_ratio', 'measured') }}
