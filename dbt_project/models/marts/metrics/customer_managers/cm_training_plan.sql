-- grain: one row per organisation (branch, county or bank); segment all
with

counted as (
    select
        branch_id,
        'all' as segment,
        sailing_count as numerator,
        1 as denominator,
        cast(null as varchar) as reason_code
    from {{ ref('int_training_attendance') }}
),

{{ rolled_up('counted', ledgers=['training'], months='year') }}

{{ metric_rows('cm_training_plan', 'measured', kind='count') }}
