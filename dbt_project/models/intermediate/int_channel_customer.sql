-- grain: one row per branch and kind of customer by channels used; those of several
-- branches singly
with

each_customer as (
    select * from {{ ref('int_channel_customer_each') }}
),

{{ alike(
    'each_customer',
    'customer_id',
    'customer_count',
    keys=[
        'branch_id',
        'has_settlement_account',
        'is_corporate',
        'is_mobile_effective',
        'is_e_pay_effective',
        'is_corporate_bank_effective',
        'reason_code'
    ]
) }}

select * from alike
