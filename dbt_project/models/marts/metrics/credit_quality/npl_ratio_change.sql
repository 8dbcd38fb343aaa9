-- grain: one row per organisation (branch, county or bank); segment all
with

quality as (
    select * from {{ ref('int_loan_quality') }}
),

counted as (
    select
        branch_id,
        'first' as segment,
        npl_balance as numerator,
        balance as denominator,
        coalesce(balance_reason, class_reason) as reason_code
    from quality
    where point_code = 'period_end'
    union all
    select
        branch_id,
        'second' as segment,
        npl_balance as numerator,
        balance as denominator,
        coalesce(balance_reason, class_reason) as reason_code
    from quality
    where point_code = 'year_start'
),

{{ rolled_up(
    'counted', ledgers=['loan_account'], months=['period', 'year_start'], segments=['first', 'second']
) }},

gap as (
    select
        first_part.org_level,
        first_part.org_id,
        'all' as segment,
        {{ ratio('first_part.numerator', 'first_part.denominator') }} as numerator,
        {{ ratio('second_part.numerator', 'second_part.denominator') }} as denominator,
        -- compared multiplied out by the two positive balances: exact
        case
            when
                first_part.numerator * second_part.denominator
                < second_part.numerator * first_part.denominator
                then -1
            when
                first_part.numerator * second_part.denominator
                > second_part.numerator * first_part.denominator
                then 1
            else 0
        end as gap_sign,
        coalesce(first_part.reason_code, second_part.reason_code) as reason_code
    from measured as first_part
    inner join measured as second_part
        on
            first_part.org_level = second_part.org_level
            and first_part.org_id = second_part.org_id
            and first_part.segment = 'first'
            and second_part.segment = 'second'
),

-- a gap too small for six decimals keeps its sign instead of rounding to zero (AMB-104)
signed as (
    select
        *,
        case
            when numerator is null or denominator is null then null
            when gap_sign < 0 and numerator - denominator >= 0 then -0.000001
            when gap_sign > 0 and numerator - denominator <= 0 then 0.000001
            else numerator - denominator
        end as value
    from gap
)

{{ metric_rows('npl_ratio_change', 'signed', kind='gap') }}
