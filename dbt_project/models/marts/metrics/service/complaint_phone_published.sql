-- grain: one row per organisation (branch, county or bank); segment all
with

counted as (
    select
        branch_id,
        'all' as segment,
        case when is_hotline_posted then 1 else 0 end as numerator,
        1 as denominator,
        case when is_hotline_posted is null then 'no_source:org_unit.is_hotline_posted' end
            as reason_code
    from {{ ref('int_outlet') }}
),

{{ rolled_up('counted', ledgers=['org_unit']) }}

{{ metric_rows('complaint_phone_published', 'measured') }}
