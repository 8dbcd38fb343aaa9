-- grain: one row per organisation (branch or bank); segment all
with

position as (
    select * from {{ ref('int_loan_position') }}
    where point_code = 'period_end'
),

measured as (
    select
        org_level,
        org_id,
        'all' as segment,
        npl_balance as numerator,
        coalesce(balance_reason, class_reason) as reason_code
    from position
)

{{ metric_rows('npl_balance', 'measured', kind='amount') }}
