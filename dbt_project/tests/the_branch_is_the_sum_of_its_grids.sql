-- grain: one row per additive metric, segment and branch whose grids do not add up to it
-- Rows without a grid are a grid of their own (branch:no_grid), so that nothing is left out.
with

metric_value as (
    select * from {{ ref('mart_metric_value') }}
),

additive as (
    select * from {{ ref('metric_catalogue') }}
    where is_additive
),

unit_grid as (
    select * from {{ ref('int_unit_grid') }}
),

organisation as (
    select * from {{ ref('int_org') }}
    where org_level = 'branch'
),

grid_branch as (
    select
        grid_id,
        branch_id
    from unit_grid
    union
    select
        org_id || ':no_grid' as grid_id,
        org_id as branch_id
    from organisation
),

with_grids as (
    select distinct metric_id
    from metric_value
    where org_level = 'grid'
),

grids as (
    select
        metric_value.metric_id,
        metric_value.definition_id,
        metric_value.segment,
        grid_branch.branch_id,
        sum(metric_value.numerator) as numerator,
        sum(metric_value.denominator) as denominator,
        count(*) - count(metric_value.numerator) as unknown_count
    from metric_value
    inner join grid_branch on metric_value.org_id = grid_branch.grid_id
    where metric_value.org_level = 'grid'
    group by
        metric_value.metric_id,
        metric_value.definition_id,
        metric_value.segment,
        grid_branch.branch_id
)

select
    branch.metric_id,
    branch.segment,
    branch.org_id,
    branch.numerator,
    grids.numerator as grids_numerator
from metric_value as branch
inner join additive on branch.metric_id = additive.metric_id
inner join with_grids on branch.metric_id = with_grids.metric_id
left join grids
    on
        branch.metric_id = grids.metric_id
        and branch.definition_id = grids.definition_id
        and branch.segment = grids.segment
        and branch.org_id = grids.branch_id
where
    branch.org_level = 'branch'
    and branch.numerator is not null
    and coalesce(grids.unknown_count, 0) = 0
    and (
        branch.numerator <> coalesce(grids.numerator, 0)
        or (additive.kind = 'ratio' and branch.denominator <> coalesce(grids.denominator, 0))
    )
