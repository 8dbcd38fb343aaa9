-- grain: one row per goal or trigger whose printed unit measures something else than its metric
with

target as (
    select * from {{ ref('scheme_target') }}
    where role_code in ('goal', 'trigger')
),

unit as (
    select * from {{ ref('unit') }}
),

metric as (
    select * from {{ ref('metric_catalogue') }}
)

select
    target.scheme_id,
    target.metric_id,
    target.unit,
    metric.unit as metric_unit
from target
inner join metric on target.metric_id = metric.metric_id
left join unit as printed on target.unit = printed.unit
left join unit as measured on metric.unit = measured.unit
where
    coalesce(printed.measure_code <> measured.measure_code, true)
    -- one of each thing, measured as the share of places that have it
    and not coalesce(
        target.target = 1 and printed.measure_code = 'count' and measured.measure_code = 'ratio',
        false
    )
