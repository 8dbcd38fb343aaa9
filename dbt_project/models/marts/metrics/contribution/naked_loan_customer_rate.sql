-- grain: one row per organisation (branch, county or bank) and segment
with

counted as (
    select
        branch_id,
        'all' as segment,
        customer_id,
        customer_count,
        is_naked as numerator,
        true as denominator,
        coalesce(inclusive_reason, threshold_reason) as reason_code
    from {{ ref('int_contribution_customer') }}
    where is_inclusive or inclusive_reason is not null
    union all
    select
        branch_id,
        'corporate' as segment,
        customer_id,
        customer_count,
        is_naked as numerator,
        true as denominator,
        coalesce(inclusive_reason, category_reason, threshold_reason) as reason_code
    from {{ ref('int_contribution_customer') }}
    where (is_inclusive or inclusive_reason is not null) and coalesce(is_corporate, true)
),

{{ rolled_up(
    'counted',
    ledgers=['loan_account', 'customer_deposit'],
    segments=['all', 'corporate'],
    distinct='customer_id',
    many='customer_count',
    columns=['customer_deposit.wealth_daily_avg']
) }}

{{ metric_rows('naked_loan_customer_rate', 'measured') }}
