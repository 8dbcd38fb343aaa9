-- grain: one row per organisation (branch, county or bank) and kind of loan
with

quality as (
    select * from {{ ref('int_loan_quality') }}
    where point_code = 'period_end'
),

counted as (
    {%- for kind, reason in [
        ('normal', 'class_reason'),
        ('npl', 'class_reason'),
        ('housing', 'purpose_reason'),
        ('consumption', 'purpose_reason')
    ] %}
    {{ 'union all' if not loop.first }}
    select
        branch_id,
        '{{ kind }}' as segment,
        {{ kind }}_balance as numerator,
        balance as denominator,
        coalesce(balance_reason, {{ reason }}) as reason_code
    from quality
    {%- endfor %}
),

{{ rolled_up(
    'counted', ledgers=['loan_account'], segments=['normal', 'npl', 'housing', 'consumption']
) }}

{{ metric_rows('loan_mix_share', 'measured') }}
