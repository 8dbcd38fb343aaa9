-- grain: one row per additive metric, definition and segment whose branches are not the bank
with

metric_value as (
    select * from {{ ref('mart_metric_value') }}
),

additive as (
    select * from {{ ref('metric_catalogue') }}
    where is_additive
),

branches as (
    select
        metric_id,
        definition_id,
        segment,
        sum(numerator) as numerator,
        sum(denominator) as denominator,
        count(*) - count(numerator) as unknown_count
    from metric_value
    where org_level = 'branch'
    group by
        metric_id,
        definition_id,
        segment
)

select
    bank.metric_id,
    bank.definition_id,
    bank.segment,
    bank.numerator,
    branches.numerator as branches_numerator
from metric_value as bank
inner join additive on bank.metric_id = additive.metric_id
inner join branches
    on
        bank.metric_id = branches.metric_id
        and bank.definition_id = branches.definition_id
        and bank.segment = branches.segment
where
    bank.org_level = 'bank'
    and branches.unknown_count = 0
    and (
        bank.numerator is distinct from branches.numerator
        or (additive.kind = 'ratio' and bank.denominator is distinct from branches.denominator)
    )
