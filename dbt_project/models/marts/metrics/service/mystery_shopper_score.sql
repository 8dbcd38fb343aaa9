-- grain: one row per organisation (branch, county or bank); segment outlets
with

counted as (
    select
        branch_id,
        'outlets' as segment,
        mystery_score as numerator,
        mystery_count as denominator,
        case when unknown_score_count > 0 then 'no_source:service_check.score' end as reason_code
    from {{ ref('int_service_check') }}
),

{{ rolled_up('counted', ledgers=['service_check'], months='year', segments=['outlets']) }}

{{ metric_rows('mystery_shopper_score', 'measured') }}
