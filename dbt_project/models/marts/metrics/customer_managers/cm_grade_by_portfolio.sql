-- grain: one row per organisation (branch, county or bank) and segment
with

segment (segment) as (
    values
    ('grade_1'),
    ('grade_2'),
    ('grade_3'),
    ('grade_4'),
    ('grade_5'),
    ('ungraded')
),

counted as (
    select
        portfolio.branch_id,
        segment.segment,
        case when portfolio.grade = segment.segment then 1 else 0 end as numerator,
        1 as denominator,
        portfolio.reason_code
    from {{ ref('int_manager_portfolio') }} as portfolio
    cross join segment
),

{{ rolled_up(
    'counted',
    ledgers=['staff', 'loan_account'],
    segments=['grade_1', 'grade_2', 'grade_3', 'grade_4', 'grade_5', 'ungraded'],
    columns=['staff.post_code', 'loan_account.manager_id']
) }}

{{ metric_rows('cm_grade_by_portfolio', 'measured', kind='count') }}
