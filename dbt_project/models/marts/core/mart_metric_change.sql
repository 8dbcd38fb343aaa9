-- grain: one row per figure (metric, first definition, organisation, segment) and earlier month it
-- is compared with (last month, end of last quarter, end of last year)
with

metric_value as (
    select * from {{ ref('mart_metric_value') }}
    where org_level <> 'grid'
),

metric as (
    select * from {{ ref('metric_catalogue') }}
),

earlier as (
    select * from {{ source('run', 'run_prior_value') }}
),

comparison as (
    select * from {{ source('run', 'run_comparison') }}
    where comparison_code <> 'previous_year_start'
),

-- Both figures at twelve decimals: a change is rounded once, at the end.
paired as (
    select
        metric_value.period,
        metric_value.org_level,
        metric_value.org_id,
        metric_value.metric_id,
        metric_value.segment,
        comparison.comparison_code,
        comparison.compared_period,
        earlier.build_id as compared_build_id,
        metric_value.value,
        earlier.value as compared_value,
        metric_value.unit,
        case
            when metric.kind = 'ratio'
                then {{ ratio('metric_value.numerator', 'metric_value.denominator', places=12) }}
            else cast(metric_value.value as decimal(38, 12))
        end as value_now,
        case
            when metric.kind = 'ratio'
                then {{ ratio('earlier.numerator', 'earlier.denominator', places=12) }}
            else cast(earlier.value as decimal(38, 12))
        end as value_then,
        coalesce(
            metric_value.reason_code,
            case
                when earlier.build_id is null then 'no_prior:' || comparison.compared_period
            end,
            earlier.reason_code,
            -- what counts from 1 January is held against a stretch of the same length only; a rate
            -- may be
            case
                when
                    metric.is_year_to_date
                    and metric.kind <> 'ratio'
                    and substr(metric_value.period, 1, 4)
                    <> substr(comparison.compared_period, 1, 4)
                    and substr(metric_value.period, 6, 2)
                    <> substr(comparison.compared_period, 6, 2)
                    then 'new_year:' || comparison.compared_period
            end
        ) as reason_code
    from metric_value
    inner join metric
        on
            metric_value.metric_id = metric.metric_id
            and metric_value.definition_id = metric.definition_id
    cross join comparison
    left join earlier
        on
            comparison.compared_period = earlier.period
            and metric_value.metric_id = earlier.metric_id
            and metric_value.definition_id = earlier.definition_id
            and metric_value.org_id = earlier.org_id
            and metric_value.segment = earlier.segment
),

metric_change as (
    select
        period,
        org_level,
        org_id,
        metric_id,
        segment,
        comparison_code,
        compared_period,
        compared_build_id,
        value,
        compared_value,
        case
            when reason_code is null
                then
                    cast(
                        {{ round_half_up('value_now - value_then', 6) }} as decimal(38, 6)
                    )
        end as change,
        unit,
        reason_code
    from paired
)

select * from metric_change
