-- grain: one row per organisation (branch, county or bank); segment all
with

counted as (
    select
        branch_id,
        'all' as segment,
        case when is_attained then 1 else 0 end as numerator,
        1 as denominator,
        reason_code
    from {{ ref('int_manager_standard') }}
),

{{ rolled_up(
    'counted', ledgers=['staff', 'qualitative_score'],
    columns=['staff.post_code']
) }}

{{ metric_rows('sme_manager_points_attained_rate', 'measured') }}
