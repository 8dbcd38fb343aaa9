-- grain: one row per organisation (branch, county or bank); segment all
with

context as (
    select * from {{ source('run', 'run_context') }}
),

counted as (
    select
        outlet.branch_id,
        'all' as segment,
        case when outlet.six_s_date <= context.period_end then 1 else 0 end as numerator,
        1 as denominator,
        cast(null as varchar) as reason_code
    from {{ ref('int_outlet') }} as outlet
    cross join context
    where outlet.transformed_date <= context.period_end
),

{{ rolled_up(
    'counted',
    ledgers=['org_unit'],
    columns=['org_unit.transformed_date', 'org_unit.six_s_date']
) }}

{{ metric_rows('svc_6s', 'measured') }}
