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
        customer_count as numerator,
        reason_code
    from flow
)

{{ metric_rows('inclusive_loan_disbursed_customer_count', 'measured', kind='count') }}
