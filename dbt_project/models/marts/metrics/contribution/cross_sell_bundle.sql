-- grain: one row per organisation (branch, county or bank); segment all
with

product (product) as (
    values
    ('loan'),
    ('settlement'),
    ('acquiring'),
    ('payroll')
),

counted as (
    select
        customer.branch_id,
        'all' as segment,
        customer.customer_id || ' ' || product.product as item,
        customer.customer_count,
        case product.product
            when 'loan' then true
            when 'settlement' then customer.has_settlement
            when 'acquiring' then customer.is_acquiring
            when 'payroll' then customer.is_payroll
        end as numerator,
        product.product = 'loan' as denominator,
        customer.inclusive_reason as reason_code
    from {{ ref('int_contribution_customer') }} as customer
    cross join product
    where customer.is_inclusive or customer.inclusive_reason is not null
),

{{ rolled_up(
    'counted', ledgers=['loan_account', 'customer_deposit'], distinct='item', many='customer_count',
    columns=[
        'customer_deposit.has_settlement_account', 'customer_deposit.is_acquiring_signed',
        'customer_deposit.is_payroll_signed'
    ]
) }}

{{ metric_rows('cross_sell_bundle', 'measured') }}
