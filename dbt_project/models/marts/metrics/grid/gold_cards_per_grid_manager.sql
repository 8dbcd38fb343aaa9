-- grain: one row per organisation (branch, county, bank or grid); segment grid_manager
with

counted as (
    select
        branch_id,
        grid_id,
        person_id,
        'grid_manager' as segment,
        has_gold_card as numerator,
        true as denominator,
        cast(null as varchar) as reason_code
    from {{ ref('int_grid_manager') }}
),

{{ rolled_up(
    'counted',
    ledgers=['grid', 'grid_assignment', 'card'],
    segments=['grid_manager'],
    distinct='person_id',
    grids=true,
    columns=['grid_assignment.organisation_code', 'card.holder_person_id']
) }}

{{ metric_rows('gold_cards_per_grid_manager', 'measured') }}
