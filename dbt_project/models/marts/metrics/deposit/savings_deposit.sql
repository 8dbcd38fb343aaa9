-- grain: one row per organisation (branch, county or bank); segment all
with

counted as (
    select
        branch_id,
        'all' as segment,
        case when not is_corporate then deposit_balance else 0 end as numerator,
        1 as denominator,
        coalesce(balance_reason, category_reason) as reason_code
    from {{ ref('int_deposit_customer') }}
),

{{ rolled_up('counted', ledgers=['customer_deposit', 'customer']) }}

{{ metric_rows('savings_deposit', 'measured', kind='amount') }}
