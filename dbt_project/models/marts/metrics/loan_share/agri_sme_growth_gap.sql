-- grain: one row per organisation (branch or bank) and segment
with

position as (
    select * from {{ ref('int_loan_position') }}
),

paired as (
    select
        closing.org_level,
        closing.org_id,
        opening.balance as opening_all,
        closing.balance as closing_all,
        opening.agri_balance as opening_agri,
        closing.agri_balance as closing_agri,
        opening.small_micro_balance as opening_small_micro,
        closing.small_micro_balance as closing_small_micro,
        opening.agri_or_small_micro_balance as opening_union,
        closing.agri_or_small_micro_balance as closing_union,
        coalesce(closing.balance_reason, opening.balance_reason) as balance_reason,
        coalesce(closing.agri_reason, opening.agri_reason) as agri_reason,
        coalesce(closing.small_micro_reason, opening.small_micro_reason) as small_micro_reason
    from position as closing
    inner join position as opening
        on
            closing.org_id = opening.org_id
            and closing.point_code = 'period_end'
            and opening.point_code = 'year_start'
),

segment as (
    select
        org_level,
        org_id,
        'agri_union_small_micro' as segment,
        opening_union as opening_part,
        closing_union as closing_part,
        opening_all,
        closing_all,
        coalesce(balance_reason, agri_reason, small_micro_reason) as reason_code
    from paired
    union all
    select
        org_level,
        org_id,
        'agri' as segment,
        opening_agri as opening_part,
        closing_agri as closing_part,
        opening_all,
        closing_all,
        coalesce(balance_reason, agri_reason) as reason_code
    from paired
    union all
    select
        org_level,
        org_id,
        'small_micro' as segment,
        opening_small_micro as opening_part,
        closing_small_micro as closing_part,
        opening_all,
        closing_all,
        coalesce(balance_reason, small_micro_reason) as reason_code
    from paired
),

growth as (
    select
        org_level,
        org_id,
        segment,
        {{ ratio('closing_part - opening_part', 'opening_part') }} as part_growth,
        {{ ratio('closing_all - opening_all', 'opening_all') }} as all_growth,
        -- growth(part) < growth(all), multiplied out by the two positive bases: exact
        case
            when closing_part * opening_all < closing_all * opening_part then -1
            when closing_part * opening_all > closing_all * opening_part then 1
            else 0
        end as gap_sign,
        reason_code
    from segment
),

-- The target asks for the sign of the gap on unrounded numbers (AMB-019): a gap too small for six
-- decimals keeps its sign instead of rounding to zero.
measured as (
    select
        org_level,
        org_id,
        segment,
        part_growth as numerator,
        all_growth as denominator,
        case
            when part_growth is null or all_growth is null then null
            when gap_sign < 0 and part_growth - all_growth >= 0 then -0.000001
            when gap_sign > 0 and part_growth - all_growth <= 0 then 0.000001
            else part_growth - all_growth
        end as value,
        reason_code
    from growth
)

{{ metric_rows('agri_sme_growth_gap', 'measured', kind='gap') }}
