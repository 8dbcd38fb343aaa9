-- grain: one row per organisation (branch, county or bank); segment all
with

counted as (
    select
        branch_id,
        customer_id,
        customer_count,
        'all' as segment,
        is_churned as numerator,
        true as denominator,
        reason_code
    from {{ ref('int_churn_customer') }}
),

{{ rolled_up(
    'counted', ledgers=['loan_account'], months=['period', 'year_start'],
    distinct='customer_id', many='customer_count'
) }}

{{ metric_rows('churned_customer_count', 'measured', kind='count') }}
