-- grain: one row per organisation (branch, county or bank) and segment
with

segment (segment) as (
    values
    ('all'),
    ('strong_county_pilot_branch')
),

outlet as (
    select * from {{ ref('int_outlet') }}
),

counted as (
    select
        credit_staff.branch_id,
        segment.segment,
        case
            when segment.segment = 'all' or outlet.is_strong_county_pilot
                then credit_staff.sme_manager_count
            else 0
        end as numerator,
        1 as denominator,
        cast(null as varchar) as reason_code
    from {{ ref('int_credit_staff') }} as credit_staff
    left join outlet on credit_staff.branch_id = outlet.branch_id
    cross join segment
),

{{ rolled_up(
    'counted', ledgers=['staff'], segments=['all', 'strong_county_pilot_branch'],
    columns=['staff.post_code']
) }}

{{ metric_rows('sme_manager_headcount', 'measured', kind='count') }}
