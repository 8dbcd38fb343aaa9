-- grain: one row per organisation (branch, county or bank); segment all
with

counted as (
    select
        branch_id,
        'all' as segment,
        case when is_credit_unit then 1 else 0 end as numerator,
        1 as denominator,
        cast(null as varchar) as reason_code
    from {{ ref('int_village_credit') }}
),

{{ rolled_up('counted', ledgers=['admin_unit'],
    columns=['admin_unit.credit_unit_date']) }}

{{ metric_rows('credit_village_ratio', 'measured') }}
