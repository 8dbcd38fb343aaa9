-- grain: one row per scheme, scorecard and item that counts under the bank's reading
with

card as (
    select * from {{ ref('scorecard') }}
),

item as (
    select * from {{ ref('scorecard_item') }}
),

printed as (
    select * from {{ ref('scheme_target') }}
    where role_code = 'weight'
),

scale as (
    select max(target) as full_score
    from {{ ref('scheme_target') }}
    where metric_id = 'score_scale_max'
),

bank as (
    select org_id
    from {{ ref('int_org') }}
    where org_level = 'bank'
),

reading as (
    select
        chosen.switch_name,
        chosen.switch_value
    from {{ ref('int_switch_value') }} as chosen
    inner join bank on chosen.org_id = bank.org_id
),

param as (
    select
        param.scheme_id,
        param.param_name,
        param.param_number
    from {{ ref('int_scheme_param') }} as param
    inner join bank on param.org_id = bank.org_id
),

-- A printed weight, or the bank's own where the source prints none; never an invented one. Points
-- and the regulator's row carry no weight.
weighted as (
    select
        item.*,
        card.decision_switch,
        coalesce(reading.switch_value, 'printed') as decision,
        case
            when reading.switch_value = 'swap_top' and item.parent_item is null
                then scale.full_score - printed.weight
            else coalesce(printed.weight, param.param_number)
        end as printed_weight,
        scale.full_score
    from item
    inner join card on item.scheme_id = card.scheme_id and item.scorecard = card.scorecard
    cross join scale
    left join reading on card.decision_switch = reading.switch_name
    left join printed
        on
            item.scheme_id = printed.scheme_id
            and item.weight_metric = printed.metric_id
            and item.weight_segment = printed.segment
    left join param
        on
            item.weight_metric is null
            and item.scheme_id = param.scheme_id
            and param.param_name = 'weight.' || item.item_code
),

counted as (
    select *
    from weighted
    where
        only_when is null
        or '|' || only_when || '|' like '%|' || decision || '|%'
),

-- what the items below a group, and the items of the card, add up to
part_sum as (
    select
        scheme_id,
        scorecard,
        parent_item,
        sum(printed_weight) as part_weight
    from counted
    where parent_item is not null
    group by
        scheme_id,
        scorecard,
        parent_item
),

card_sum as (
    select
        scheme_id,
        scorecard,
        sum(case when parent_item is null then printed_weight end) as card_weight,
        min(
            case
                when printed_weight is null and measure_code not in ('points', 'growth')
                    then 'missing_parameter:weight.' || item_code
            end
        ) as missing_reason
    from counted
    group by
        scheme_id,
        scorecard
),

checked as (
    select
        counted.scheme_id,
        counted.scorecard,
        max(
            case
                when
                    part_sum.part_weight <> counted.printed_weight
                    and counted.decision <> 'rescale'
                    then 'weights_do_not_sum:' || counted.item_code
            end
        ) as group_reason
    from counted
    left join part_sum
        on
            counted.scheme_id = part_sum.scheme_id
            and counted.scorecard = part_sum.scorecard
            and counted.item_code = part_sum.parent_item
    group by
        counted.scheme_id,
        counted.scorecard
),

-- weight x (group's weight / sum below the group) x (100 / sum of the card), divided once
scaled as (
    select
        counted.scheme_id,
        counted.scorecard,
        counted.item_code,
        counted.item_order,
        counted.parent_item,
        counted.measure_code,
        counted.actual_metric,
        counted.plan_item_code,
        counted.score_items,
        counted.name_zh,
        counted.name_en,
        counted.printed_weight,
        counted.full_score,
        counted.printed_weight
        * coalesce(parent.printed_weight, 1)
        * counted.full_score as weight_numerator,
        coalesce(part_sum.part_weight, 1) * card_sum.card_weight as weight_denominator,
        coalesce(
            card_sum.missing_reason,
            checked.group_reason,
            case
                when
                    card_sum.card_weight <> counted.full_score
                    and counted.decision <> 'rescale'
                    then 'weights_do_not_sum:' || counted.scorecard
            end
        ) as reason_code
    from counted
    inner join card_sum
        on counted.scheme_id = card_sum.scheme_id and counted.scorecard = card_sum.scorecard
    inner join checked
        on counted.scheme_id = checked.scheme_id and counted.scorecard = checked.scorecard
    left join counted as parent
        on
            counted.scheme_id = parent.scheme_id
            and counted.scorecard = parent.scorecard
            and counted.parent_item = parent.item_code
    left join part_sum
        on
            counted.scheme_id = part_sum.scheme_id
            and counted.scorecard = part_sum.scorecard
            and counted.parent_item = part_sum.parent_item
),

weight as (
    select
        scheme_id,
        scorecard,
        item_code,
        item_order,
        parent_item,
        measure_code,
        actual_metric,
        plan_item_code,
        score_items,
        name_zh,
        name_en,
        printed_weight,
        full_score,
        case
            when reason_code is null
                then {{ ratio('weight_numerator', 'weight_denominator', places=12) }}
        end as weight,
        reason_code
    from scaled
)

select * from weight
