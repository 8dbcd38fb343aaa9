-- grain: one row per period, scheme, scorecard and subject
with

item as (
    select * from {{ ref('mart_scorecard_item') }}
),

card as (
    select * from {{ ref('scorecard') }}
),

bank as (
    select *
    from {{ ref('int_org') }}
    where org_level = 'bank'
),

reading as (
    select chosen.switch_value as bonus_cap_scope
    from {{ ref('int_switch_value') }} as chosen
    inner join bank on chosen.org_id = bank.org_id
    where chosen.switch_name = 'bonus_cap_scope'
),

standard as (
    select
        param.scheme_id,
        param.param_name,
        param.param_number
    from {{ ref('int_scheme_param') }} as param
    inner join bank on param.org_id = bank.org_id
    where param.param_name = 'points_standard'
),

clause as (
    select
        max(case when metric_id = 'score_bonus_cap' then target * 0.01 end) as bonus_cap,
        max(case when metric_id = 'score_scale_max' then target end) as full_score,
        max(
            case
                when metric_id = 'salary_coefficient_base' and segment = 'director' then target
            end
        ) as director_base,
        max(
            case
                when metric_id = 'salary_coefficient_base' and segment = 'deputy_director'
                    then target
            end
        ) as deputy_base,
        max(
            case
                when metric_id = 'assessment_window' and segment = 'quarterly.start_day' then target
            end
        ) as quarter_first_day,
        max(
            case
                when metric_id = 'assessment_window' and segment = 'quarterly.end_day' then target
            end
        ) as quarter_last_day,
        max(
            case
                when metric_id = 'assessment_window' and segment = 'annual.start_day' then target
            end
        ) as annual_first_day,
        max(
            case
                when metric_id = 'assessment_window' and segment = 'annual.end_day' then target
            end
        ) as annual_last_day
    from {{ ref('scheme_target') }}
    where role_code = 'parameter'
),

context as (
    select * from {{ source('run', 'run_context') }}
),

summed as (
    select
        period,
        scheme_id,
        scorecard,
        subject_kind_code,
        subject_id,
        sum(weight) as weight,
        sum(score) as item_score,
        sum(bonus) as bonus,
        sum(deduction) as deduction,
        min(reason_code) as reason_code
    from item
    group by
        period,
        scheme_id,
        scorecard,
        subject_kind_code,
        subject_id
),

-- the cap of 30 % of the original points, where it is read as one on the total (AMB-038)
totalled as (
    select
        summed.*,
        card.window_code,
        clause.*,
        standard.param_number as points_standard,
        card.subject_kind_code = 'person' as has_standard,
        case
            when
                reading.bonus_cap_scope = 'total'
                and summed.bonus > clause.bonus_cap * summed.weight
                then summed.bonus - clause.bonus_cap * summed.weight
            else 0
        end as bonus_cut,
        case
            when summed.scorecard like 'director.%' then clause.director_base
            when summed.scorecard like 'deputy_%' then clause.deputy_base
        end as coefficient_base
    from summed
    inner join card
        on summed.scheme_id = card.scheme_id and summed.scorecard = card.scorecard
    cross join reading
    cross join clause
    left join standard on summed.scheme_id = standard.scheme_id
),

scorecard as (
    select
        totalled.period,
        totalled.scheme_id,
        totalled.scorecard,
        totalled.subject_kind_code,
        totalled.subject_id,
        cast(totalled.weight as decimal(38, 6)) as weight,
        cast(
            case when totalled.reason_code is null then totalled.bonus - totalled.bonus_cut end
            as decimal(38, 6)
        ) as bonus,
        cast(case when totalled.reason_code is null then totalled.deduction end as decimal(38, 6))
            as deduction,
        cast(
            case
                when totalled.reason_code is null then totalled.item_score - totalled.bonus_cut
            end as decimal(38, 6)
        ) as score,
        cast(totalled.points_standard as decimal(38, 6)) as points_standard,
        case
            when totalled.reason_code is null and totalled.has_standard
                then totalled.item_score >= totalled.points_standard
        end as is_standard_met,
        case
            when totalled.reason_code is null
                then {{ ratio(
                    'totalled.coefficient_base * (totalled.item_score - totalled.bonus_cut)',
                    'totalled.full_score'
                ) }}
        end as coefficient,
        case
            when
                totalled.window_code = 'quarter'
                and substr(totalled.period, 6, 2) in ('03', '06', '09', '12')
                then {{ add_days('context.period_end', 'totalled.quarter_first_day') }}
        end as assess_from,
        case
            when
                totalled.window_code = 'quarter'
                and substr(totalled.period, 6, 2) in ('03', '06', '09', '12')
                then {{ add_days('context.period_end', 'totalled.quarter_last_day') }}
        end as assess_by,
        case
            when totalled.window_code = 'quarter' and substr(totalled.period, 6, 2) = '12'
                then {{ add_days('context.period_end', 'totalled.annual_first_day') }}
        end as annual_assess_from,
        case
            when totalled.window_code = 'quarter' and substr(totalled.period, 6, 2) = '12'
                then {{ add_days('context.period_end', 'totalled.annual_last_day') }}
        end as annual_assess_by,
        coalesce(
            totalled.reason_code,
            case
                when totalled.has_standard and totalled.points_standard is null
                    then 'missing_parameter:points_standard'
            end
        ) as reason_code
    from totalled
    cross join context
)

select * from scorecard
