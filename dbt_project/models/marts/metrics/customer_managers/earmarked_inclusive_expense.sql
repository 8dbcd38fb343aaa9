-- grain: one row per organisation (branch, county or bank) and segment
with

counted as (
    select
        branch_id,
        item as segment,
        spent_amount as numerator,
        1 as denominator,
        cast(null as varchar) as reason_code
    from {{ ref('int_earmarked_expense') }}
),

{{ rolled_up(
    'counted',
    ledgers=['branch_expense'],
    months='year',
    segments=['personnel_cost', 'variable_cost']
) }}

{{ metric_rows('earmarked_inclusive_expense', 'measured', kind='amount') }}
