-- grain: one row per bank under the supervisory evaluation of 2020: its row 1.1.1
with

organisation as (
    select * from {{ ref('int_org') }}
    where org_level = 'bank'
),

binding as (
    select * from {{ ref('int_scheme_binding') }}
    where scheme_id = 'nfra_small_micro_2020'
),

position as (
    select * from {{ ref('int_loan_position') }}
),

earlier as (
    select * from {{ source('run', 'run_prior_value') }}
),

year_before as (
    select * from {{ source('run', 'run_comparison') }}
    where comparison_code = 'previous_year_start'
),

plan as (
    select * from {{ ref('int_branch_plan') }}
    where plan_item_code = 'inclusive_net_increase'
),

param as (
    select * from {{ ref('int_scheme_param') }}
    where scheme_id = 'nfra_small_micro_2020' and param_name = 'inclusive_growth_target'
),

mode as (
    select * from {{ ref('int_switch_value') }}
    where switch_name = 'assessment_mode'
),

point as (
    select
        scheme_id,
        max(case when point_code = 'full' then points end) as full_points,
        max(case when point_code = 'missed_twice' then points end) as missed_twice_points,
        max(case when point_code = 'declined_twice' then points end) as declined_twice_points
    from {{ ref('supervision_point') }}
    group by scheme_id
),

context as (
    select * from {{ source('run', 'run_context') }}
),

-- three year ends: this one (or the closed month), the last, the one before
gathered as (
    select
        organisation.org_id,
        mode.switch_value as assessment_mode,
        now.inclusive_balance as inclusive_now,
        now.balance as all_now,
        opening.inclusive_balance as inclusive_opening,
        opening.balance as all_opening,
        inclusive_before.value as inclusive_before,
        all_before.value as all_before,
        this_plan.plan_value as plan_now,
        last_plan.plan_value as plan_before,
        param.param_number * 0.01 as growth_target,
        'no_prior:' || year_before.compared_period as history_reason,
        coalesce(
            now.balance_reason,
            now.inclusive_reason,
            opening.balance_reason,
            opening.inclusive_reason
        ) as source_reason,
        point.full_points,
        point.missed_twice_points,
        point.declined_twice_points
    from organisation
    inner join binding on organisation.org_id = binding.org_id
    cross join context
    cross join year_before
    inner join point on binding.scheme_id = point.scheme_id
    inner join mode on organisation.org_id = mode.org_id
    inner join position as now
        on organisation.org_id = now.org_id and now.point_code = 'period_end'
    inner join position as opening
        on organisation.org_id = opening.org_id and opening.point_code = 'year_start'
    left join earlier as inclusive_before
        on
            organisation.org_id = inclusive_before.org_id
            and year_before.compared_period = inclusive_before.period
            and inclusive_before.definition_id = 'inclusive_small_micro_balance@1'
            and inclusive_before.segment = 'all'
    left join earlier as all_before
        on
            organisation.org_id = all_before.org_id
            and year_before.compared_period = all_before.period
            and all_before.definition_id = 'loan_balance@1'
            and all_before.segment = 'all'
    left join plan as this_plan
        on
            organisation.org_id = this_plan.org_id
            and this_plan.plan_year = {{ year_of('context.period_end') }}
    left join plan as last_plan
        on
            organisation.org_id = last_plan.org_id
            and last_plan.plan_year = {{ year_of('context.period_end') }} - 1
    left join param on organisation.org_id = param.org_id
),

-- Growth against growth is compared multiplied out. Under the standard assessment the goal is the
-- supervisor's own target, or the growth of all loans; under the differentiated one the plan.
judged as (
    select
        gathered.*,
        inclusive_now - inclusive_opening as increase_now,
        all_now - all_opening as all_increase_now,
        inclusive_now - inclusive_opening >= plan_now as is_plan_met,
        case
            when assessment_mode = 'differentiated'
                then inclusive_now - inclusive_opening >= plan_now
            when growth_target is not null
                then
                    cast(inclusive_now - inclusive_opening as decimal(38, 6))
                    >= growth_target * inclusive_opening
            else
                cast(inclusive_now as decimal(38, 2)) * all_opening
                >= cast(all_now as decimal(38, 2)) * inclusive_opening
        end as is_met,
        case
            when assessment_mode = 'differentiated'
                then inclusive_opening - inclusive_before >= plan_before
            else
                cast(inclusive_opening as decimal(38, 2)) * all_before
                >= cast(all_opening as decimal(38, 2)) * inclusive_before
        end as was_met,
        inclusive_now < inclusive_opening as is_declining,
        inclusive_opening < inclusive_before as was_declining
    from gathered
),

reasoned as (
    select
        judged.*,
        case
            when source_reason is not null then source_reason
            when inclusive_opening = 0 or all_opening = 0 then 'zero_denominator'
            when assessment_mode = 'differentiated' and plan_now is null
                then 'missing_parameter:plan_values'
            when is_met then null
            when inclusive_before is null or all_before is null then history_reason
            when assessment_mode = 'differentiated' and plan_before is null
                then 'missing_parameter:plan_values'
            when is_plan_met is null then 'missing_parameter:plan_values'
        end as reason_code
    from judged
),

scored as (
    select
        reasoned.*,
        case
            when reason_code is not null then null
            when is_met then full_points
            when is_declining and was_declining then declined_twice_points
            when not was_met then missed_twice_points
            -- plan met only: growth over growth; differentiated: increase over plan
            when
                assessment_mode = 'differentiated' and increase_now > 0
                then {{ ratio('full_points * increase_now', 'plan_now') }}
            when
                assessment_mode <> 'differentiated'
                and is_plan_met
                and increase_now > 0
                and all_increase_now > 0
                then
                    {{ ratio(
                        'full_points * increase_now * all_opening',
                        'inclusive_opening * all_increase_now'
                    ) }}
            else 0
        end as score
    from reasoned
)

select
    org_id,
    assessment_mode,
    cast(full_points as decimal(38, 6)) as full_points,
    is_met,
    is_plan_met,
    was_met,
    cast(
        case
            when score > full_points then full_points
            else score
        end as decimal(38, 6)
    ) as score,
    reason_code
from scored
