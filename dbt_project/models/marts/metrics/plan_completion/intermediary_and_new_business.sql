-- grain: one row per organisation (branch, county or bank) and family of products, and all of them
with

business as (
    select * from {{ ref('int_new_business') }}
),

counted as (
    select
        branch_id,
        product_family_code as segment,
        unit_count as numerator,
        1 as denominator,
        reason_code
    from business
    union all
    select
        branch_id,
        'all' as segment,
        unit_count as numerator,
        1 as denominator,
        reason_code
    from business
),

{{ rolled_up(
    'counted',
    ledgers=['product_sale'],
    months='year',
    segments=[
        'all',
        'wealth',
        'insurance',
        'card',
        'acquiring',
        'payroll',
        'e_channel',
        'intermediary'
    ]
) }}

{{ metric_rows('intermediary_and_new_business', 'measured', kind='amount') }}
