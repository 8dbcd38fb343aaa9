-- grain: one row per organisation (branch, county or bank); segment all
with

counted as (
    select
        branch_id,
        'all' as segment,
        replaced_count as numerator,
        cast(null as bigint) as denominator,
        cast(null as varchar) as reason_code
    from {{ ref('int_passbook_card') }}
),

{{ rolled_up('counted', ledgers=['card'], columns=['card.is_passbook_replaced']) }}

{{ metric_rows('passbook_replaced_card_count', 'measured', kind='count') }}
