-- grain: one row per organisation (branch or bank) and S71_I cell (row.band)
with

stock as (
    select * from {{ ref('int_inclusive_stock') }}
),

measured as (
    select
        org_level,
        org_id,
        segment,
        balance as numerator,
        reason_code
    from stock
)

{{ metric_rows('inclusive_loan_balance', 'measured', kind='amount') }}
