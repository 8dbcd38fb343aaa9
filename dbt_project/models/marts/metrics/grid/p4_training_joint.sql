-- grain: one row per organisation (branch, county or bank); segment
with

counted as (
    select
        branch_id,
        'all' as segment,
        1 as numerator,
        0 as denominator,
        cast(null as varchar) as reason_code
    from {{ ref('int_officer_training') }}
    union all
    select
        branch_id,
        topic_code as segment,
        1 as numerator,
        0 as denominator,
        cast(null as varchar) as reason_code
    from {{ ref('int_officer_training') }}
),

{{ rolled_up(
    'counted',
    ledgers=['grid_assignment', 'training'],
    months='year',
    segments=['all', 'grid_policy', 'process', 'finance_knowledge']
) }}

{{ metric_rows('p4_training_joint', 'measured', kind='count') }}
