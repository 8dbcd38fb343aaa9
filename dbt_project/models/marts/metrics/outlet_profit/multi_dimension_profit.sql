-- grain: one row per organisation (branch, county or bank) and segment
with

context as (
    select * from {{ source('run', 'run_context') }}
),

-- the loans of December before are needed for the change of provisions
segment (segment) as (
    values
    ('all'),
    ('product_micro_credit'),
    ('product_beautiful_home'),
    ('product_beautiful_field'),
    ('product_micro_guarantee'),
    ('product_startup'),
    ('product_other'),
    ('product_unclassified'),
    ('customer_enterprise'),
    ('customer_other_organisation'),
    ('customer_individual_business'),
    ('customer_small_micro_owner'),
    ('customer_other_individual'),
    ('customer_unknown')
),

counted as (
    select
        branch_id,
        'product_' || product_class as segment,
        profit as numerator,
        1 as denominator,
        reason_code
    from {{ ref('int_profit_dimension') }}
    union all
    select
        branch_id,
        'customer_' || customer_group as segment,
        profit as numerator,
        1 as denominator,
        reason_code
    from {{ ref('int_profit_dimension') }}
    union all
    select
        branch_id,
        'all' as segment,
        profit as numerator,
        1 as denominator,
        reason_code
    from {{ ref('int_profit_dimension') }}
    union all
    select
        source_gap.org_id as branch_id,
        segment.segment,
        0 as numerator,
        1 as denominator,
        source_gap.reason_code
    from {{ ref('int_source_gap') }} as source_gap
    inner join context on source_gap.month = context.previous_year_end_period
    cross join segment
    where source_gap.ledger = 'loan_account' and source_gap.org_level = 'branch'
),

{{ rolled_up(
    'counted',
    ledgers=['loan_account', 'loan_event'],
    months='year',
    segments=[
        'all', 'product_micro_credit', 'product_beautiful_home', 'product_beautiful_field',
        'product_micro_guarantee', 'product_startup', 'product_other', 'product_unclassified',
        'customer_enterprise', 'customer_other_organisation', 'customer_individual_business',
        'customer_small_micro_owner', 'customer_other_individual', 'customer_unknown'
    ],
    columns=['loan_account.five_class_code'],
    segment_columns={'product_': ['loan_account.product_class_code']}
) }}

{{ metric_rows('multi_dimension_profit', 'measured', kind='amount') }}
