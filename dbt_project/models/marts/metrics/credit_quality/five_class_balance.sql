-- grain: one row per organisation (branch, county or bank) and five-level class, and all of them
with

quality as (
    select * from {{ ref('int_loan_quality') }}
    where point_code = 'period_end'
),

counted as (
    select
        branch_id,
        'all' as segment,
        balance as numerator,
        1 as denominator,
        balance_reason as reason_code
    from quality
    {%- for class in ['normal', 'special_mention', 'substandard', 'doubtful', 'loss'] %}
    {{ 'union all' if true else '' }}
    select
        branch_id,
        '{{ class }}' as segment,
        {{ class }}_balance as numerator,
        1 as denominator,
        coalesce(balance_reason, class_reason) as reason_code
    from quality
    {%- endfor %}
),

{{ rolled_up(
    'counted',
    ledgers=['loan_account'],
    segments=['all', 'normal', 'special_mention', 'substandard', 'doubtful', 'loss']
) }}

{{ metric_rows('five_class_balance', 'measured', kind='amount') }}
