-- grain: one row per branch, visited or not; customers of several branches singly
with

each_customer as (
    select * from {{ ref('int_loan_customer_visit_each') }}
),

{{ alike(
    'each_customer',
    'customer_id',
    'customer_count',
    keys=['branch_id', 'is_visited', 'reason_code']
) }}

select * from alike
