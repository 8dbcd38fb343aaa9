-- grain: one row per branch and kind of customer with a deposit; those of several branches singly
with

each_customer as (
    select * from {{ ref('int_deposit_customer_each') }}
),

{{ alike(
    'each_customer',
    'customer_id',
    'customer_count',
    keys=[
        'branch_id',
        'is_corporate',
        'has_loan',
        'balance_reason',
        'category_reason',
        'loan_reason'
    ],
    sums=['deposit_balance']
) }}

select * from alike
