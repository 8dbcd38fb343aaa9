-- grain: one row per organisation (branch, county or bank); segment all
with

counted as (
    select
        branch_id,
        'all' as segment,
        lending_yuan as numerator,
        1 as denominator,
        reason_code
    from {{ ref('int_lending') }}
),

{{ rolled_up('counted', ledgers=['loan_event'], months='year') }}

{{ metric_rows('credit_disbursement', 'measured', kind='amount') }}
