-- grain: one row per organisation (branch, county or bank); segment docking_types
with

counted as (
    select
        branch_id,
        grid_id,
        subject_id,
        subject_count,
        test_code as segment,
        is_docked as numerator,
        registered_count,
        cast(null as varchar) as reason_code
    from {{ ref('int_docking_subject') }}
),

{{ rolled_up(
    'counted',
    ledgers=['admin_unit', 'grid', 'customer_archive', 'segment_population', 'engagement', 'card',
        'loan_account', 'customer_deposit', 'credit_line'],
    months='year',
    segments=[
        'contact_card', 'info_collection', 'survey_archive', 'negotiation',
        'business_cooperation', 'settlement'
    ],
    distinct='subject_id',
    many='subject_count',
    register='registered_count',
    columns=[
        'grid.live_date',
        'customer_archive.customer_id',
        'customer_deposit.has_settlement_account'
    ]
) }},

by_docking as (
    select
        measured.org_level,
        measured.org_id,
        docking_test.docking_no,
        bool_and(measured.numerator >= measured.denominator and measured.denominator > 0)
            as is_full,
        max(measured.reason_code) as reason_code
    from measured
    inner join {{ ref('docking_test') }} as docking_test
        on measured.segment = docking_test.test_code
    group by
        measured.org_level,
        measured.org_id,
        docking_test.docking_no
),

total as (
    select
        org_level,
        org_id,
        'docking_types' as segment,
        sum(case when is_full then 1 else 0 end) as numerator,
        max(reason_code) as reason_code
    from by_docking
    group by
        org_level,
        org_id
)

{{ metric_rows('docking_five_total', 'total', kind='count') }}
