-- grain: one row per branch, metric (first definition) and segment whose metric says which way is
-- better
with

metric_value as (
    select * from {{ ref('mart_metric_value') }}
    where org_level = 'branch'
),

metric as (
    select * from {{ ref('metric_catalogue') }}
    where better <> 'none'
),

organisation as (
    select * from {{ ref('int_org') }}
),

-- Ranked on numbers at twelve decimals, the better the smaller; equal ones share a rank.
measured as (
    select
        metric_value.period,
        metric_value.org_id,
        metric_value.metric_id,
        metric_value.segment,
        metric_value.value,
        metric.better,
        organisation.peer_group_code,
        metric_value.reason_code,
        case when metric.better = 'up' then -1 else 1 end
        * case
            when metric.kind = 'ratio'
                then {{ ratio('metric_value.numerator', 'metric_value.denominator', places=12) }}
            else cast(metric_value.value as decimal(38, 12))
        end as place
    from metric_value
    inner join metric
        on
            metric_value.metric_id = metric.metric_id
            and metric_value.definition_id = metric.definition_id
    inner join organisation on metric_value.org_id = organisation.org_id
),

placed as (
    select
        measured.*,
        rank() over (
            partition by metric_id, segment, place is null
            order by place
        ) as rank_in_bank,
        count(place) over (partition by metric_id, segment) as count_in_bank,
        rank() over (
            partition by metric_id, segment, peer_group_code, place is null
            order by place
        ) as rank_in_peer_group,
        count(place) over (partition by metric_id, segment, peer_group_code)
            as count_in_peer_group
    from measured
),

metric_rank as (
    select
        period,
        org_id,
        metric_id,
        segment,
        value,
        better,
        peer_group_code,
        cast(case when place is not null then rank_in_bank end as integer) as rank_in_bank,
        cast(count_in_bank as integer) as count_in_bank,
        cast(
            case
                when place is not null and peer_group_code is not null then rank_in_peer_group
            end as integer
        ) as rank_in_peer_group,
        cast(case when peer_group_code is not null then count_in_peer_group end as integer)
            as count_in_peer_group,
        reason_code
    from placed
)

select * from metric_rank
