-- grain: one row per organisation (branch, county or bank); segment all
with

credit_customer as (
    select * from {{ ref('int_credit_customer') }}
),

switch_value as (
    select * from {{ ref('int_switch_value') }}
    where switch_name = 'whole_village_credit_limit'
),

counted as (
    select
        credit_customer.branch_id,
        'all' as segment,
        credit_customer.customer_id,
        credit_customer.customer_count,
        credit_customer.whole_village_amount > {{ to_number('switch_value.switch_value') }}
            as numerator,
        false as denominator,
        cast(null as varchar) as reason_code
    from credit_customer
    inner join switch_value on credit_customer.branch_id = switch_value.org_id
),

{{ rolled_up(
    'counted',
    ledgers=['credit_line'],
    columns=['credit_line.program_code'],
    distinct='customer_id',
    many='customer_count'
) }}

{{ metric_rows('whole_village_credit_limit_breach_count', 'measured', kind='count') }}
