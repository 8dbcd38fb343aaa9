-- grain: one row per organisation (branch, county or bank); segment all
with

counted as (
    select
        branch_id,
        'all' as segment,
        this_year_count - last_year_count as numerator,
        1 as denominator,
        cast(null as varchar) as reason_code
    from {{ ref('int_complaint_change') }}
),

{{ rolled_up('counted', ledgers=['complaint'], months=['year', 'last_year']) }}

{{ metric_rows('svc_complaint_decrease', 'measured', kind='count') }}
