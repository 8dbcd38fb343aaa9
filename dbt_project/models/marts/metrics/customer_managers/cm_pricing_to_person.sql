-- grain: one row per organisation (branch, county or bank) and segment
with

counted as (
    select
        branch_id,
        product_family_code as segment,
        coalesce(piece_pay, 0) as numerator,
        1 as denominator,
        reason_code
    from {{ ref('int_piece_pay') }}
    union all
    select
        branch_id,
        'all' as segment,
        coalesce(piece_pay, 0) as numerator,
        1 as denominator,
        reason_code
    from {{ ref('int_piece_pay') }}
),

{{ rolled_up(
    'counted',
    ledgers=['product_sale'],
    months='year',
    segments=[
        'all', 'deposit', 'loan', 'wealth', 'insurance', 'card', 'acquiring', 'payroll',
        'e_channel', 'intermediary', 'other'
    ]
) }}

{{ metric_rows('cm_pricing_to_person', 'measured', kind='amount') }}
