-- grain: one row per organisation (branch, county or bank); segment all
with

counted as (
    select
        branch_id,
        'all' as segment,
        customer_id,
        customer_count,
        is_payroll as numerator,
        true as denominator,
        coalesce(inclusive_reason, category_reason) as reason_code
    from {{ ref('int_contribution_customer') }}
    where (is_inclusive or inclusive_reason is not null) and coalesce(is_corporate, true)
),

{{ rolled_up(
    'counted',
    ledgers=['loan_account', 'customer_deposit', 'customer'],
    distinct='customer_id',
    many='customer_count',
    columns=['customer_deposit.is_payroll_signed']
) }}

{{ metric_rows('payroll_signing_rate', 'measured') }}
