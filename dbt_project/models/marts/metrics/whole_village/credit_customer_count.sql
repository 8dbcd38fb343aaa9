-- grain: one row per organisation (branch, county or bank); segment all
with

counted as (
    select
        branch_id,
        'all' as segment,
        customer_id,
        customer_count,
        has_line as numerator,
        false as denominator,
        cast(null as varchar) as reason_code
    from {{ ref('int_credit_customer') }}
),

{{ rolled_up('counted', ledgers=['credit_line'],
    distinct='customer_id',
    many='customer_count') }}

{{ metric_rows('credit_customer_count', 'measured', kind='count') }}
