-- grain: one row per organisation (branch, county or bank); segment all
with

counted as (
    select
        branch_id,
        'all' as segment,
        certified_count as numerator,
        sme_manager_count as denominator,
        cast(null as varchar) as reason_code
    from {{ ref('int_credit_staff') }}
),

{{ rolled_up(
    'counted',
    ledgers=['staff'],
    columns=['staff.post_code', 'staff.certificate_no', 'staff.certificate_expiry_date']
) }}

{{ metric_rows('sme_manager_certified_rate', 'measured') }}
