-- grain: one row per branch and kind of customer with a credit line; customers of several branches
-- singly
with

each_customer as (
    select * from {{ ref('int_credit_customer_each') }}
),

{{ alike(
    'each_customer',
    'customer_id',
    'customer_count',
    keys=['branch_id', 'has_line', 'whole_village_amount', 'is_new', 'has_drawn'],
    several='is_at_several'
) }}

select * from alike
