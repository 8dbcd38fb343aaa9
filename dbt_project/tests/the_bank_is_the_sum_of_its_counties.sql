-- grain: one row per additive metric and segment whose counties do not add up to the bank
-- Only where every organisation says in which county it stands, and every county has figures.
with

metric_value as (
    select * from {{ ref('mart_metric_value') }}
),

additive as (
    select * from {{ ref('metric_catalogue') }}
    where is_additive
),

organisation as (
    select * from {{ ref('int_org') }}
),

placed as (
    select bool_and(division_code is not null and (org_level <> 'county' or is_active)) as is_whole
    from organisation
),

counties as (
    select
        metric_id,
        definition_id,
        segment,
        sum(numerator) as numerator,
        sum(denominator) as denominator,
        count(*) - count(numerator) as unknown_count
    from metric_value
    where org_level = 'county'
    group by
        metric_id,
        definition_id,
        segment
)

select
    bank.metric_id,
    bank.segment,
    bank.numerator,
    counties.numerator as counties_numerator
from metric_value as bank
inner join additive on bank.metric_id = additive.metric_id
cross join placed
left join counties
    on
        bank.metric_id = counties.metric_id
        and bank.definition_id = counties.definition_id
        and bank.segment = counties.segment
where
    bank.org_level = 'bank'
    and placed.is_whole
    and coalesce(counties.unknown_count, 0) = 0
    and bank.numerator is not null
    and (
        bank.numerator is distinct from counties.numerator
        or (additive.kind = 'ratio' and bank.denominator is distinct from counties.denominator)
    )
