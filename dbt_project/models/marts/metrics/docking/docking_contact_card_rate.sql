-- grain: one row per organisation (branch, county, bank or grid); segment farm_household
with

counted as (
    select
        branch_id,
        grid_id,
        subject_id,
        subject_count,
        'farm_household' as segment,
        is_docked as numerator,
        registered_count,
        cast(null as varchar) as reason_code
    from {{ ref('int_docking_subject') }}
    where test_code = 'contact_card'
),

{{ rolled_up(
    'counted',
    ledgers=['admin_unit', 'grid', 'customer_archive', 'segment_population', 'engagement', 'card'],
    months='year',
    segments=['farm_household'],
    distinct='subject_id',
    many='subject_count',
    register='registered_count',
    grids=true,
    columns=['grid.live_date']
) }}

{{ metric_rows('docking_contact_card_rate', 'measured') }}
