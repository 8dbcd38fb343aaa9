-- grain: one row per period, organisation bound to rcu_salary and trigger of dismissal
with

clause as (
    select * from {{ ref('scheme_target') }}
    where role_code = 'trigger'
),

unit as (
    select * from {{ ref('unit') }}
),

organisation as (
    select * from {{ ref('int_org') }}
    where is_active and org_level = 'branch'
),

binding as (
    select * from {{ ref('int_scheme_binding') }}
),

figure as (
    select value_of.*
    from {{ ref('mart_metric_value') }} as value_of
    inner join {{ ref('metric_catalogue') }} as metric
        on
            value_of.metric_id = metric.metric_id
            and value_of.definition_id = metric.definition_id
),

kind as (
    select
        metric_id,
        kind
    from {{ ref('metric_catalogue') }}
),

context as (
    select * from {{ source('run', 'run_context') }}
),

compared as (
    select
        context.period,
        organisation.org_id,
        clause.scheme_id,
        clause.rule_id,
        clause.metric_id,
        clause.operator,
        cast(clause.target as decimal(38, 6)) * unit.factor as threshold,
        figure.value,
        case when kind.kind = 'ratio' then figure.numerator else figure.value end as actual,
        case
            when kind.kind = 'ratio'
                then cast(clause.target * unit.factor as decimal(38, 8)) * figure.denominator
            else cast(clause.target as decimal(38, 6)) * unit.factor
        end as limit_value,
        coalesce(
            case when figure.metric_id is null then 'no_metric:' || clause.metric_id end,
            figure.reason_code
        ) as reason_code
    from clause
    inner join unit on clause.unit = unit.unit
    inner join binding on clause.scheme_id = binding.scheme_id
    inner join organisation on binding.org_id = organisation.org_id
    cross join context
    left join kind on clause.metric_id = kind.metric_id
    left join figure
        on
            organisation.org_id = figure.org_id
            and clause.metric_id = figure.metric_id
            and clause.metric_segment = figure.segment
),

-- Any one trigger is enough (AMB-041); exactly on the limit is none. Who answers beside the
-- director: the deputy for deposits or the one for credit. A person decides, on year-end figures.
dismissal_trigger as (
    select
        period,
        org_id,
        scheme_id,
        rule_id,
        metric_id,
        operator,
        cast(threshold as decimal(38, 6)) as threshold,
        value,
        case when metric_id like 'deposit_%' then 'deposit_deputy' else 'credit_deputy' end
            as deputy_post_code,
        case
            when reason_code is not null then null
            when operator = '<' then actual < limit_value
            when operator = '>' then actual > limit_value
        end as is_triggered,
        substr(period, 6, 2) = '12' as is_year_end,
        reason_code
    from compared
)

select * from dismissal_trigger
