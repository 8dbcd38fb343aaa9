-- grain: one row per organisation (branch, county or bank) and reason, and all of them
with

revisit as (
    select * from {{ ref('int_churn_revisit') }}
),

reason as (
    select code as segment
    from {{ ref('ledger_code') }}
    where ledger = 'engagement' and column_name = 'churn_reason_code'
),

counted as (
    select
        branch_id,
        customer_id,
        'all' as segment,
        true as numerator,
        true as denominator,
        cast(null as varchar) as reason_code
    from revisit
    union all
    -- one revisit without a reason leaves every reason unknown
    select
        revisit.branch_id,
        revisit.customer_id,
        reason.segment,
        coalesce(revisit.churn_reason_code = reason.segment, false) as numerator,
        true as denominator,
        revisit.churn_reason_reason as reason_code
    from revisit
    cross join reason
),

{{ rolled_up(
    'counted',
    ledgers=['engagement'],
    months='year',
    segments=[
        'all',
        'rate',
        'limit',
        'process',
        'service',
        'no_need',
        'competitor',
        'risk_exit',
        'other'
    ],
    distinct='customer_id'
) }}

{{ metric_rows('churn_reason_customer_count', 'measured', kind='count') }}
