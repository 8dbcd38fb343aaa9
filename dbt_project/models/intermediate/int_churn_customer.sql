-- grain: one row per branch and kind of customer with an inclusive loan last year or this year;
-- customers of several branches singly
with

each_customer as (
    select * from {{ ref('int_churn_customer_each') }}
),

{{ alike(
    'each_customer',
    'customer_id',
    'customer_count',
    keys=['branch_id', 'is_churned', 'is_revisited', 'reason_code']
) }}

select * from alike
