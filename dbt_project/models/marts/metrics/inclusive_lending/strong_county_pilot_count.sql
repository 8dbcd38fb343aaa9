-- grain: one row per organisation (branch, county or bank); segment all
with

counted as (
    select
        branch_id,
        'all' as segment,
        case when is_active then 1 else 0 end as numerator,
        cast(null as bigint) as denominator,
        reason_code
    from {{ ref('int_branch_group') }}
    where segment = 'strong_county_pilot_branches'
),

{{ rolled_up('counted', ledgers=['org_unit']) }}

{{ metric_rows('strong_county_pilot_count', 'measured', kind='count') }}
