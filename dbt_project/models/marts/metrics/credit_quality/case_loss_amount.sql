-- grain: one row per organisation (branch, county or bank) and kind of incident, and both
with

loss as (
    select * from {{ ref('int_case_loss') }}
),

counted as (
    select
        branch_id,
        incident_kind_code as segment,
        loss_amount as numerator,
        1 as denominator,
        reason_code
    from loss
    union all
    select
        branch_id,
        'all' as segment,
        loss_amount as numerator,
        1 as denominator,
        reason_code
    from loss
),

{{ rolled_up(
    'counted', ledgers=['incident'], months='year', segments=['all', 'case', 'asset_loss']
) }}

{{ metric_rows('case_loss_amount', 'measured', kind='amount') }}
