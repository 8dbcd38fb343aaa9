-- grain: one row per organisation (branch or bank) and S71_I cell (row.band)
with

flow as (
    select * from {{ ref('int_inclusive_flow') }}
),

measured as (
    select
        org_level,
        org_id,
        segment,
        disbursed_amount as numerator,
        reason_code
    from flow
)

{{ metric_rows('inclusive_loan_disbursed_amount', 'measured', kind='amount') }}
