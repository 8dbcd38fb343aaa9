-- grain: one row per organisation (branch, county or bank) and vintage or class of product
with

vintage as (
    select
        branch_id,
        product_class_code,
        grant_age,
        sum(overdue_balance) as overdue_balance,
        sum(balance) as balance,
        max(balance_reason) as balance_reason,
        max(overdue_reason) as overdue_reason
    from {{ ref('int_loan_vintage') }}
    group by
        branch_id,
        product_class_code,
        grant_age
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

segment as (
    select segment
    from {{ ref('metric_segment') }}
    where metric_id = 'vintage_overdue_ratio'
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
    segment_relation='segment',
    segment_columns={'product_': ['loan_account.product_class_code']}
) }}

{{ metric_rows('vintage_overdue_ratio', 'measured') }}
