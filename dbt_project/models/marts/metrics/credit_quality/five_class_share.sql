-- grain: one row per organisation (branch, county or bank) and five-level class
with

quality as (
    select * from {{ ref('int_loan_quality') }}
    where point_code = 'period_end'
),

counted as (

    {%- for class in ['normal', 'special_mention', 'substandard', 'doubtful', 'loss'] %}
    {{ 'union all' if not loop.first else '' }}
    select
        branch_id,
        '{{ class }}' as segment,
        {{ class }}_balance as numerator,
        balance as denominator,
        coalesce(balance_reason, class_reason) as reason_code
    from quality
    {%- endfor %}
),

{{ rolled_up(
    'counted',
    ledgers=['loan_account'],
    segments=['normal', 'special_mention', 'substandard', 'doubtful', 'loss']
) }}

{{ metric_rows('five_class_share', 'measured') }}
