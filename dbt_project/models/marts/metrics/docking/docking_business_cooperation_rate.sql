-- grain: one row per organisation (branch, county, bank or grid); segment agri_leading_enterprise
with

counted as (
    select
        branch_id,
        grid_id,
        subject_id,
        subject_count,
        'agri_leading_enterprise' as segment,
        is_docked as numerator,
        registered_count,
        cast(null as varchar) as reason_code
    from {{ ref('int_docking_subject') }}
    where test_code = 'business_cooperation'
),

{{ rolled_up(
    'counted',
    ledgers=['admin_unit', 'grid', 'customer_archive', 'segment_population', 'loan_account', 'customer_deposit', 'credit_line'],
    segments=['agri_leading_enterprise'],
    distinct='subject_id',
    many='subject_count',
    register='registered_count',
    grids=true,
    columns=['grid.live_date', 'customer_archive.customer_id']
) }}

{{ metric_rows('docking_business_cooperation_rate', 'measured') }}
