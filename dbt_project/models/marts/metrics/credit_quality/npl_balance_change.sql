-- grain: one row per organisation (branch, county or bank); segment all
with

counted as (
    select
        branch_id,
        'all' as segment,
        case point_code when 'period_end' then npl_balance else -npl_balance end as numerator,
        1 as denominator,
        coalesce(balance_reason, class_reason) as reason_code
    from {{ ref('int_loan_quality') }}
),

{{ rolled_up('counted', ledgers=['loan_account'], months=['period', 'year_start']) }}

{{ metric_rows('npl_balance_change', 'measured', kind='amount') }}
