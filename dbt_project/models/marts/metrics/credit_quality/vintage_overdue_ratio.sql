-- grain: one row per organisation (branch, county or bank) and vintage or class of product
with

vintage as (
    select * from {{ ref('int_loan_vintage') }}
),

placed as (
    select
        *,
        case
            when grant_age >= 24 then 'granted_earlier'
            when grant_age < 10 then 'granted_0' || cast(grant_age as varchar)
            else 'granted_' || cast(grant_age as varchar)
        end as grant_segment
    from vintage
),

counted as (
    {%- for segment in ["'all'", 'grant_segment', "'product_' || product_class_code"] %}
    {{ 'union all' if not loop.first }}
    select
        branch_id,
        {{ segment }} as segment,
        overdue_balance as numerator,
        balance as denominator,
        coalesce(balance_reason, overdue_reason) as reason_code
    from placed
    {%- endfor %}
),

{{ rolled_up(
    'counted',
    ledgers=['loan_account'],
    segments=[
        'all',
        'granted_earlier',
        'granted_00',
        'granted_01',
        'granted_02',
        'granted_03',
        'granted_04',
        'granted_05',
        'granted_06',
        'granted_07',
        'granted_08',
        'granted_09',
        'granted_10',
        'granted_11',
        'granted_12',
        'granted_13',
        'granted_14',
        'granted_15',
        'granted_16',
        'granted_17',
        'granted_18',
        'granted_19',
        'granted_20',
        'granted_21',
        'granted_22',
        'granted_23',
        'product_micro_credit',
        'product_beautiful_home',
        'product_beautiful_field',
        'product_micro_guarantee',
        'product_startup',
        'product_other'
    ],
    segment_columns={'product_': ['loan_account.product_class_code']}
) }}

{{ metric_rows('vintage_overdue_ratio', 'measured') }}
