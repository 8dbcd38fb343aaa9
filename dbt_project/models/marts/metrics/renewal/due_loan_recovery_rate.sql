-- grain: one row per organisation (branch or bank); segment all
with

recovery as (
    select * from {{ ref('int_due_loan_recovery') }}
),

measured as (
    select
        org_level,
        org_id,
        'all' as segment,
        collected_principal as numerator,
        due_principal as denominator,
        reason_code
    from recovery
)

{{ metric_rows('due_loan_recovery_rate', 'measured') }}
