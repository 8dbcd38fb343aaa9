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
        npl_balance as numerator,
        coalesce(reason_code, class_reason) as reason_code
    from stock
)

{{ metric_rows('inclusive_loan_npl_balance', 'measured', kind='amount') }}
