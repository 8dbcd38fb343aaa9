-- grain: one row per organisation (branch, county or bank) and segment
with

counted as (
    select
        branch_id,
        'all' as segment,
        customer_id,
        customer_count,
        is_acquiring as numerator,
        true as denominator,
        coalesce(inclusive_reason, category_reason) as reason_code
    from {{ ref('int_contribution_customer') }}
    where (is_inclusive or inclusive_reason is not null) and coalesce(is_merchant, true)
    union all
    select
        branch_id,
        'every_inclusive' as segment,
        customer_id,
        customer_count,
        is_acquiring as numerator,
        true as denominator,
        inclusive_reason as reason_code
    from {{ ref('int_contribution_customer') }}
    where is_inclusive or inclusive_reason is not null
),

{{ rolled_up(
    'counted',
    ledgers=['loan_account', 'customer_deposit', 'customer'],
    segments=['all', 'every_inclusive'],
    distinct='customer_id',
    many='customer_count',
    columns=['customer_deposit.is_acquiring_signed']
) }}

{{ metric_rows('acquiring_signing_rate', 'measured') }}
