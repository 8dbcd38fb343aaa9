-- grain: one row per organisation (branch, county or bank); segment outlet_marketing_staff
with

counted as (
    select
        branch_id,
        'outlet_marketing_staff' as segment,
        marketing_staff_count as numerator,
        1 as denominator,
        cast(null as varchar) as reason_code
    from {{ ref('int_training_attendance') }}
),

{{ rolled_up(
    'counted',
    ledgers=['training', 'staff'],
    months='year',
    segments=['outlet_marketing_staff'],
    columns=['staff.post_code']
) }}

{{ metric_rows('marketing_staff_training', 'measured', kind='count') }}
