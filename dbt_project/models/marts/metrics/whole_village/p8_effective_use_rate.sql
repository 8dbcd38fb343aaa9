-- grain: one row per organisation (branch, county or bank); segment
with

credit_customer as (
    select * from {{ ref('int_credit_customer') }}
),

branch_group as (
    select * from {{ ref('int_branch_group') }}
    where segment in ('all', 'middle_ring_branches')
),

counted as (
    select
        credit_customer.branch_id,
        branch_group.segment,
        credit_customer.customer_id,
        credit_customer.customer_count,
        credit_customer.has_line and credit_customer.has_drawn as numerator,
        credit_customer.has_line as denominator,
        branch_group.reason_code
    from credit_customer
    inner join branch_group on credit_customer.branch_id = branch_group.branch_id
),

{{ rolled_up(
    'counted',
    ledgers=['credit_line', 'loan_event'],
    months='year',
    segments=['all', 'middle_ring_branches'],
    distinct='customer_id',
    many='customer_count'
) }}

{{ metric_rows('p8_effective_use_rate', 'measured') }}
