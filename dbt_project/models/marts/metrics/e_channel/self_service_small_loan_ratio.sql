-- grain: one row per organisation (branch, county or bank); segment all
with

counted as (
    select
        branch_id,
        'all' as segment,
        self_service_count as numerator,
        disbursement_count as denominator,
        cast(null as varchar) as reason_code
    from {{ ref('int_small_disbursement') }}
),

{{ rolled_up(
    'counted',
    ledgers=['loan_event'],
    months='year',
    columns=['loan_event.channel_code']
) }}

{{ metric_rows('self_service_small_loan_ratio', 'measured') }}
