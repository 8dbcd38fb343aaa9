-- grain: one row per branch and kind of customer with a loan outstanding at period end; those of
-- several branches singly
with

each_customer as (
    select * from {{ ref('int_customer_loan_each') }}
),

numbered as (
    select
        limit_value,
        row_number() over (order by limit_value) as place
    from {{ ref('metric_threshold') }}
    where measure = 'single_borrower_credit'
    group by limit_value
),

-- the limits that definitions set for the credit of one borrower, as one row
credit_limit as (
    select
        count(*) as limit_count,
        max(case when place = 1 then limit_value end) as limit_1,
        max(case when place = 2 then limit_value end) as limit_2,
        max(case when place = 3 then limit_value end) as limit_3,
        max(case when place = 4 then limit_value end) as limit_4
    from numbered
),

-- customers are alike when no definition tells their credit apart: below, on or above each limit
sided as (
    select
        each_customer.*,
        {%- for place in range(1, 5) %}
        case
            when each_customer.credit_total is null then -1
            when each_customer.credit_total > credit_limit.limit_{{ place }} then 2
            when each_customer.credit_total = credit_limit.limit_{{ place }} then 1
            else 0
        end{{ ' +' if not loop.last else ' as credit_side,' }}
        {%- endfor %}
        case when credit_limit.limit_count > 4 then each_customer.credit_total end as exact_total
    from each_customer
    cross join credit_limit
),

{{ alike(
    'sided',
    'customer_id',
    'customer_count',
    keys=[
        'branch_id',
        'is_farm_household',
        'is_small_micro_borrower',
        'credit_side',
        'exact_total',
        'inclusive_reason',
        'small_micro_reason',
        'size_reason',
        'farm_household_reason'
    ],
    sums=[
        'balance',
        'small_micro_balance',
        'inclusive_balance',
        'credit_balance',
        'micro_credit_balance',
        'beautiful_home_balance',
        'beautiful_field_balance',
        'operating_balance'
    ],
    sides=[
        'balance',
        'small_micro_balance',
        'inclusive_balance',
        'micro_credit_balance',
        'operating_balance'
    ],
    highest=['credit_total'],
    several='is_at_several'
) }}

select * from alike
