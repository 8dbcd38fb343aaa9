-- grain: one row per organisation (branch, county or bank); segment all
with

counted as (
    select
        branch_id,
        'all' as segment,
        electronic_count as numerator,
        transaction_count as denominator,
        cast(null as varchar) as reason_code
    from {{ ref('int_channel_year') }}
),

{{ rolled_up('counted', ledgers=['channel_activity'], months='year') }}

{{ metric_rows('ebank_substitution_rate', 'measured') }}
