-- grain: one row per organisation (branch, county or bank); segment all
with

counted as (
    select
        branch_id,
        'all' as segment,
        specialist_count as numerator,
        1 as denominator,
        cast(null as varchar) as reason_code
    from {{ ref('int_credit_staff') }}
),

{{ rolled_up(
    'counted', ledgers=['staff'],
    columns=['staff.post_code']
) }}

{{ metric_rows('icbc_marketing_specialist', 'measured', kind='count') }}
