-- grain: one row per organisation (branch, county or bank); segment all_outlets
with

counted as (
    select
        branch_id,
        'all_outlets' as segment,
        case when has_inclusive_loan then 1 else 0 end as numerator,
        1 as denominator,
        position_reason as reason_code
    from {{ ref('int_outlet_participation') }}
),

{{ rolled_up('counted', ledgers=['loan_account'], segments=['all_outlets']) }}

{{ metric_rows('inclusive_outlet_coverage_rate', 'measured') }}
