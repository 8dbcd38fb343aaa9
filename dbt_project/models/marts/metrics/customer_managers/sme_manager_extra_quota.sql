-- grain: one row per organisation (branch, county or bank); segment strong_county_pilot_branch
with

counted as (
    select
        branch_id,
        'strong_county_pilot_branch' as segment,
        extra_count as numerator,
        1 as denominator,
        reason_code
    from {{ ref('int_sme_manager_quota') }}
),

{{ rolled_up('counted', ledgers=['loan_account'], segments=['strong_county_pilot_branch']) }}

{{ metric_rows('sme_manager_extra_quota', 'measured', kind='count') }}
