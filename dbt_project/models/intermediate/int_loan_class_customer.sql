-- grain: one row per branch and five-level class; customers of several branches or classes singly
with

each_customer as (
    select * from {{ ref('int_loan_class_customer_each') }}
),

{{ alike(
    'each_customer',
    'customer_id',
    'customer_count',
    keys=['branch_id', 'five_class_code', 'balance_reason', 'class_reason']
) }}

select * from alike
