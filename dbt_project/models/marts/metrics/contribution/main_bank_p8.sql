-- grain: one row per organisation (branch, county or bank) and segment
with

counted as (
    select
        branch_id,
        'all' as segment,
        customer_id,
        customer_count,
        has_deposit as numerator,
        true as denominator,
        cast(null as varchar) as reason_code
    from {{ ref('int_contribution_customer') }}
    where true
    union all
    select
        branch_id,
        'inclusive' as segment,
        customer_id,
        customer_count,
        has_deposit as numerator,
        true as denominator,
        inclusive_reason as reason_code
    from {{ ref('int_contribution_customer') }}
    where is_inclusive or inclusive_reason is not null
),

{{ rolled_up(
    'counted',
    ledgers=['loan_account', 'customer_deposit'],
    segments=['all', 'inclusive'],
    distinct='customer_id',
    many='customer_count'
) }}

{{ metric_rows('main_bank_p8', 'measured') }}
