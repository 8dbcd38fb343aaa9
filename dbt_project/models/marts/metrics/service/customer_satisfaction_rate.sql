-- grain: one row per organisation (branch, county or bank); segment outlets
with

counted as (
    select
        branch_id,
        'outlets' as segment,
        satisfied_count as numerator,
        respondent_count as denominator,
        case when unknown_survey_count > 0 then 'no_source:service_check.respondent_count' end
            as reason_code
    from {{ ref('int_service_check') }}
),

{{ rolled_up('counted', ledgers=['service_check'], months='year', segments=['outlets']) }}

{{ metric_rows('customer_satisfaction_rate', 'measured') }}
