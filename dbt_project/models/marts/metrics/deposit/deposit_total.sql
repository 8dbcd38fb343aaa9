-- grain: one row per organisation (branch, county or bank); segment all
with

counted as (
    select
        branch_id,
        'all' as segment,
        closing_balance as numerator,
        1 as denominator,
        closing_reason as reason_code
    from {{ ref('int_deposit_point') }}
),

{{ rolled_up('counted', ledgers=['deposit_tenday']) }}

{{ metric_rows('deposit_total', 'measured', kind='amount') }}
