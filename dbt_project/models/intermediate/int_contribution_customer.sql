-- grain: one row per branch and kind of customer with a loan balance there; customers of several
-- branches singly
with

each_customer as (
    select * from {{ ref('int_contribution_customer_each') }}
),

{{ alike(
    'each_customer',
    'customer_id',
    'customer_count',
    keys=[
        'branch_id',
        'is_inclusive',
        'is_corporate',
        'is_merchant',
        'has_deposit',
        'is_acquiring',
        'is_payroll',
        'has_settlement',
        'is_naked',
        'inclusive_reason',
        'category_reason',
        'threshold_reason'
    ]
) }}

select * from alike
