-- grain: one row per organisation (branch, county or bank) and segment
with

context as (
    select * from {{ source('run', 'run_context') }}
),

segment (segment) as (
    values
    ('outlets'),
    ('cumulative')
),

counted as (
    select
        outlet.branch_id,
        segment.segment,
        case
            when outlet.transformed_date > context.period_end then 0
            when segment.segment = 'cumulative' and outlet.transformed_date is not null then 1
            when outlet.transformed_date >= context.year_start then 1
            else 0
        end as numerator,
        1 as denominator,
        cast(null as varchar) as reason_code
    from {{ ref('int_outlet') }} as outlet
    cross join context
    cross join segment
),

{{ rolled_up(
    'counted',
    ledgers=['org_unit'],
    segments=['outlets', 'cumulative'],
    columns=['org_unit.transformed_date']
) }}

{{ metric_rows('transformation_import_rate', 'measured') }}
