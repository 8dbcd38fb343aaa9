-- grain: one row per organisation (branch, county or bank); segment all
with

counted as (
    select
        branch_id,
        'all' as segment,
        leader_led_count as numerator,
        1 as denominator,
        cast(null as varchar) as reason_code
    from {{ ref('int_leader_visit') }}
),

{{ rolled_up(
    'counted',
    ledgers=['engagement'],
    months='year',
    columns=['engagement.is_leader_led']
) }}

{{ metric_rows('cm_leader_marketing', 'measured', kind='count') }}
