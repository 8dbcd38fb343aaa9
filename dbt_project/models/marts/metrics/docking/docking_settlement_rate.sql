-- grain: one row per organisation (branch, county, bank or grid); segment family_farm
with

counted as (
    select
        branch_id,
        grid_id,
        subject_id,
        subject_count,
        'family_farm' as segment,
        is_docked as numerator,
        registered_count,
        cast(null as varchar) as reason_code
    from {{ ref('int_docking_subject') }}
    where test_code = 'settlement'
),

{{ rolled_up(
    'counted',
    ledgers=['admin_unit', 'grid', 'customer_archive', 'segment_population', 'customer_deposit'],
    segments=['family_farm'],
    distinct='subject_id',
    many='subject_count',
    register='registered_count',
    grids=true,
    columns=[
        'grid.live_date',
        'customer_archive.customer_id',
        'customer_deposit.has_settlement_account'
    ]
) }}

{{ metric_rows('docking_settlement_rate', 'measured') }}
