-- grain: one row per organisation (branch, county or bank); segment all
with

counted as (
    select
        branch_id,
        'all' as segment,
        breach_count as numerator,
        cast(null as bigint) as denominator,
        cast(null as varchar) as reason_code
    from {{ ref('int_credit_order') }}
),

{{ rolled_up(
    'counted',
    ledgers=['loan_account', 'credit_line'],
    columns=['credit_line.rating_date']
) }}

{{ metric_rows('rating_credit_use_order', 'measured', kind='count') }}
