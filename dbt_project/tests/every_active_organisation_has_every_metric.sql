-- grain: one row per metric segment, definition in force and active organisation without a row,
-- even one with a reason
with

metric_value as (
    select * from {{ ref('mart_metric_value') }}
),

segment as (
    select distinct
        metric_id,
        definition_id,
        segment
    from metric_value
),

catalogue as (
    select * from {{ ref('dim_metric') }}
),

organisation as (
    select * from {{ ref('dim_org') }}
    where is_active
),

expected as (
    select
        catalogue.metric_id,
        segment.definition_id,
        segment.segment,
        organisation.org_id
    from catalogue
    left join segment on catalogue.metric_id = segment.metric_id
    cross join organisation
)

select
    expected.metric_id,
    expected.definition_id,
    expected.segment,
    expected.org_id
from expected
left join metric_value
    on
        expected.metric_id = metric_value.metric_id
        and expected.definition_id = metric_value.definition_id
        and expected.segment = metric_value.segment
        and expected.org_id = metric_value.org_id
where metric_value.metric_id is null
