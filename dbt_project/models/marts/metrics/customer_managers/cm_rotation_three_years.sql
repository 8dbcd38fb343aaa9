-- grain: one row per organisation (branch, county or bank); segment all
with

counted as (
    select
        branch_id,
        'all' as segment,
        rotation_due_count as numerator,
        credit_staff_count as denominator,
        case when unknown_start_count > 0 then 'no_source:staff.post_start_date' end as reason_code
    from {{ ref('int_credit_staff') }}
),

{{ rolled_up(
    'counted', ledgers=['staff'],
    columns=['staff.post_code', 'staff.post_start_date']
) }}

{{ metric_rows('cm_rotation_three_years', 'measured') }}
