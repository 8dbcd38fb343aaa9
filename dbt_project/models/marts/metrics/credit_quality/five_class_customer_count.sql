-- grain: one row per organisation (branch, county or bank) and five-level class, and all of them
with

by_customer as (
    select * from {{ ref('int_loan_class_customer') }}
),

class as (
    select code as segment
    from {{ ref('ledger_code') }}
    where ledger = 'loan_account' and column_name = 'five_class_code'
),

counted as (
    select
        branch_id,
        customer_id,
        customer_count,
        'all' as segment,
        true as numerator,
        true as denominator,
        balance_reason as reason_code
    from by_customer
    union all
    -- one loan of unknown class leaves every class unknown
    select
        by_customer.branch_id,
        by_customer.customer_id,
        by_customer.customer_count,
        class.segment,
        coalesce(by_customer.five_class_code = class.segment, false) as numerator,
        true as denominator,
        coalesce(by_customer.balance_reason, by_customer.class_reason) as reason_code
    from by_customer
    cross join class
),

{{ rolled_up(
    'counted',
    ledgers=['loan_account'],
    segments=['all', 'normal', 'special_mention', 'substandard', 'doubtful', 'loss'],
    distinct='customer_id',
    many='customer_count'
) }}

{{ metric_rows('five_class_customer_count', 'measured', kind='count') }}
