-- grain: one row per organisation (branch, county or bank); segment all
with

counted as (
    select
        branch_id,
        'all' as segment,
        township_code,
        is_credit_township as numerator,
        true as denominator,
        township_reason as reason_code
    from {{ ref('int_village_credit') }}
),

{{ rolled_up(
    'counted',
    ledgers=['admin_unit'],
    columns=['admin_unit.township_code', 'admin_unit.credit_township_date'],
    distinct='township_code'
) }}

{{ metric_rows('credit_township_ratio', 'measured') }}
