-- grain: one row per period, scheme, scorecard, subject and item
with

card as (
    select * from {{ ref('scorecard') }}
),

weight as (
    select * from {{ ref('int_scorecard_weight') }}
),

organisation as (
    select * from {{ ref('int_org') }}
    where is_active and org_level = 'branch'
),

binding as (
    select * from {{ ref('int_scheme_binding') }}
),

scored as (
    select * from {{ ref('int_scored_item') }}
),

figure as (
    select value_of.*
    from {{ ref('mart_metric_value') }} as value_of
    inner join {{ ref('metric_catalogue') }} as metric
        on
            value_of.metric_id = metric.metric_id
            and value_of.definition_id = metric.definition_id
    where value_of.segment = 'all'
),

plan as (
    select * from {{ ref('int_branch_plan') }}
),

growth as (
    select * from {{ ref('int_supervision_growth') }}
),

context as (
    select * from {{ source('run', 'run_context') }}
),

reading as (
    select
        max(case when chosen.switch_name = 'bonus_cap_scope' then chosen.switch_value end)
            as bonus_cap_scope,
        max(case when chosen.switch_name = 'recovery_step' then chosen.switch_value end)
            as recovery_step
    from {{ ref('int_switch_value') }} as chosen
    inner join {{ ref('int_org') }} as bank on chosen.org_id = bank.org_id
    where bank.org_level = 'bank'
),

clause as (
    select
        max(case when metric_id = 'score_bonus_cap' then target * 0.01 end) as bonus_cap,
        max(
            case
                when metric_id = 'due_loan_recovery_rate' and segment = 'scorecard'
                    then target * 0.01
            end
        ) as recovery_threshold,
        max(
            case
                when metric_id = 'recovery_score_deduction' and segment = 'scorecard.step'
                    then target * 0.01
            end
        ) as recovery_step_width,
        max(
            case
                when
                    metric_id = 'recovery_score_deduction'
                    and segment = 'scorecard.points_per_step'
                    then target
            end
        ) as points_per_step
    from {{ ref('scheme_target') }}
    where scheme_id = 'rcu_salary' and role_code = 'parameter'
),

-- Directors are scored where the scheme binds their organisation, by its kind; departments, persons
-- and others where a score of the card was sent; the bank where it is bound.
subject as (
    select
        card.scheme_id,
        card.scorecard,
        card.window_code,
        'organisation' as subject_kind_code,
        organisation.org_id as subject_id
    from card
    inner join binding on card.scheme_id = binding.scheme_id
    inner join organisation on binding.org_id = organisation.org_id
    where
        card.subject_kind_code = 'organisation'
        and (
            card.urban_code = 'all'
            or (card.urban_code = 'urban') = organisation.is_urban_union
        )
    union all
    select distinct
        card.scheme_id,
        card.scorecard,
        card.window_code,
        scored.subject_kind_code,
        scored.subject_id
    from card
    inner join weight
        on card.scheme_id = weight.scheme_id and card.scorecard = weight.scorecard
    inner join scored
        on
            card.scheme_id = scored.scheme_id
            and card.window_code = scored.window_code
            and weight.score_items = scored.item_code
    where
        card.subject_kind_code in ('department', 'person', 'any')
        and card.subject_kind_code in (scored.subject_kind_code, 'any')
    union all
    select
        card.scheme_id,
        card.scorecard,
        card.window_code,
        'organisation' as subject_kind_code,
        growth.org_id as subject_id
    from card
    cross join growth
    where card.subject_kind_code = 'bank'
),

asked as (
    select
        subject.*,
        weight.item_code,
        weight.item_order,
        weight.parent_item,
        weight.measure_code,
        weight.actual_metric,
        weight.plan_item_code,
        weight.score_items,
        weight.printed_weight,
        weight.weight,
        weight.reason_code as weight_reason
    from subject
    inner join weight
        on subject.scheme_id = weight.scheme_id and subject.scorecard = weight.scorecard
    where weight.measure_code <> 'group'
),

judged as (
    select
        asked.scheme_id,
        asked.scorecard,
        asked.subject_kind_code,
        asked.subject_id,
        asked.item_code,
        sum(scored.score) as score,
        sum(scored.max_score) as max_score
    from asked
    inner join scored
        on
            asked.scheme_id = scored.scheme_id
            and asked.window_code = scored.window_code
            and asked.subject_kind_code = scored.subject_kind_code
            and asked.subject_id = scored.subject_id
            and '|' || asked.score_items || '|' like '%|' || scored.item_code || '|%'
    group by
        asked.scheme_id,
        asked.scorecard,
        asked.subject_kind_code,
        asked.subject_id,
        asked.item_code
),

measured as (
    select
        asked.*,
        context.period,
        reading.bonus_cap_scope,
        reading.recovery_step,
        clause.bonus_cap,
        clause.recovery_threshold,
        clause.recovery_step_width,
        clause.points_per_step,
        cast(
            case
                when asked.measure_code = 'proportional' then figure.value
                when asked.measure_code = 'deduction' then figure.numerator
                when asked.measure_code = 'growth' then growth.score
                else judged.score
            end as decimal(38, 6)
        ) as actual,
        cast(
            case
                when asked.measure_code = 'proportional' then plan.plan_value
                when asked.measure_code = 'deduction' then figure.denominator
                when asked.measure_code = 'growth' then growth.full_points
                else judged.max_score
            end as decimal(38, 6)
        ) as goal,
        coalesce(
            asked.weight_reason,
            case
                when asked.measure_code = 'growth' then growth.reason_code
                when asked.actual_metric is not null and figure.metric_id is null
                    then 'no_metric:' || asked.actual_metric
                when figure.reason_code is not null then figure.reason_code
                when asked.measure_code = 'proportional' and plan.plan_value is null
                    then 'missing_parameter:plan_values'
                when asked.measure_code = 'proportional' and plan.plan_value = 0
                    then 'zero_denominator'
                when
                    asked.measure_code in ('qualitative', 'index', 'points')
                    and judged.score is null
                    then 'no_score:' || asked.item_code
                when
                    asked.measure_code in ('qualitative', 'index') and judged.max_score = 0
                    then 'zero_denominator'
            end
        ) as reason_code
    from asked
    cross join context
    cross join reading
    cross join clause
    left join figure
        on asked.subject_id = figure.org_id and asked.actual_metric = figure.metric_id
    left join plan
        on
            asked.subject_id = plan.org_id
            and asked.plan_item_code = plan.plan_item_code
            and plan.plan_year = {{ year_of('context.period_end') }}
    left join judged
        on
            asked.scheme_id = judged.scheme_id
            and asked.scorecard = judged.scorecard
            and asked.subject_kind_code = judged.subject_kind_code
            and asked.subject_id = judged.subject_id
            and asked.item_code = judged.item_code
    left join growth
        on asked.measure_code = 'growth' and asked.subject_id = growth.org_id
),

-- how far below the threshold, in hundredths of a fen, and the width of one step in the same
stepped as (
    select
        measured.*,
        cast(
            cast(
                case
                    when measure_code = 'deduction' and actual < recovery_threshold * goal
                        then recovery_threshold * goal - actual
                    else 0
                end as decimal(38, 6)
            ) * 1000000 as hugeint
        ) as shortfall_units,
        cast(
            cast(
                case when measure_code = 'deduction' then recovery_step_width * goal else 1 end
                as decimal(38, 6)
            ) * 1000000 as hugeint
        ) as step_units
    from measured
),

raw as (
    select
        stepped.*,
        case
            when reason_code is not null then null
            when measure_code = 'deduction' and recovery_step = 'linear'
                then {{ ratio('shortfall_units * points_per_step', 'step_units') }}
            when measure_code = 'deduction' and recovery_step = 'ceil'
                then
                    cast(
                        {{ share_floor('1', '(shortfall_units + step_units - 1)', 'step_units') }}
                        as decimal(38, 6)
                    ) * points_per_step
            when measure_code = 'deduction'
                then
                    cast({{ share_floor('1', 'shortfall_units', 'step_units') }} as decimal(38, 6))
                    * points_per_step
            else 0
        end as points_off,
        case
            when reason_code is not null then null
            when measure_code in ('points', 'growth') then actual
            when measure_code = 'deduction' then weight
            else {{ ratio('weight * actual', 'goal') }}
        end as raw_score
    from stepped
),

bounded as (
    select
        raw.*,
        case
            when measure_code = 'proportional' and raw_score > weight
                then cast(raw_score - weight as decimal(38, 6))
            else 0
        end as bonus_raw,
        case
            when measure_code = 'deduction' and points_off > weight
                then cast(weight as decimal(38, 6))
            else cast(points_off as decimal(38, 6))
        end as deduction
    from raw
),

-- A score of a proportional item is not below zero; its bonus is capped item by item unless the cap
-- is read as one on the total.
capped as (
    select
        bounded.*,
        case
            when bonus_cap_scope = 'item' and bonus_raw > bonus_cap * weight
                then cast(bonus_cap * weight as decimal(38, 6))
            else bonus_raw
        end as bonus
    from bounded
),

scorecard_item as (
    select
        period,
        scheme_id,
        scorecard,
        subject_kind_code,
        subject_id,
        item_code,
        cast(item_order as integer) as item_order,
        parent_item,
        measure_code,
        cast(printed_weight as decimal(38, 6)) as printed_weight,
        cast(weight as decimal(38, 6)) as weight,
        case when reason_code is null then actual end as actual,
        case when reason_code is null then goal end as goal,
        case
            when reason_code is null and measure_code <> 'points'
                then {{ ratio('actual', 'goal') }}
        end as completion,
        cast(raw_score as decimal(38, 6)) as raw_score,
        cast(case when reason_code is null then bonus end as decimal(38, 6)) as bonus,
        cast(case when reason_code is null then deduction end as decimal(38, 6)) as deduction,
        cast(
            case
                when reason_code is not null then null
                when measure_code = 'proportional' and raw_score < 0 then 0
                when measure_code = 'proportional' and raw_score > weight then weight + bonus
                else raw_score - deduction
            end as decimal(38, 6)
        ) as score,
        reason_code
    from capped
)

select * from scorecard_item
