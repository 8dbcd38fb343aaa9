-- grain: one row per organisation (branch, county or bank); segment all
with

counted as (
    select
        branch_id,
        'all' as segment,
        closing_balance - opening_balance as numerator,
        1 as denominator,
        coalesce(closing_reason, opening_reason) as reason_code
    from {{ ref('int_deposit_point') }}
),

{{ rolled_up('counted', ledgers=['deposit_tenday'], months=['period', 'year_start']) }}

{{ metric_rows('deposit_year_end_net_increase', 'measured', kind='amount') }}
