-- grain: one row per organisation (branch, county or bank); segment all
with

counted as (
    select
        branch_id,
        'all' as segment,
        customer_id,
        customer_count,
        is_e_pay_effective as numerator,
        false as denominator,
        reason_code
    from {{ ref('int_channel_customer') }}
),

{{ rolled_up(
    'counted',
    ledgers=['customer_deposit'],
    columns=['customer_deposit.e_pay_last_date'],
    distinct='customer_id',
    many='customer_count'
) }}

{{ metric_rows('fengshou_epay_effective_customers', 'measured', kind='count') }}
