-- grain: one row per organisation (branch, county or bank); segment benchmark
with

context as (
    select * from {{ source('run', 'run_context') }}
),

counted as (
    select
        outlet.branch_id,
        'benchmark' as segment,
        case
            when outlet.tier_date between context.year_start and context.period_end then 1
            else 0
        end as numerator,
        1 as denominator,
        case when outlet.tier_date is null then 'no_source:org_unit.tier_date' end as reason_code
    from {{ ref('int_outlet') }} as outlet
    cross join context
    where outlet.inclusive_tier_code = 'benchmark'
),

{{ rolled_up(
    'counted',
    ledgers=['org_unit'],
    segments=['benchmark'],
    columns=['org_unit.inclusive_tier_code', 'org_unit.tier_date']
) }}

{{ metric_rows('benchmark_outlets_built', 'measured', kind='count') }}
