-- grain: one row per organisation (branch, county, bank or grid); segment all, visit, revisit
with

counted as (
    select
        branch_id,
        grid_id,
        'all' as segment,
        case when is_updated then 1 else 0 end as numerator,
        1 as denominator,
        cast(null as varchar) as reason_code
    from {{ ref('int_grid_visit') }}
    union all
    select
        branch_id,
        grid_id,
        engagement_type_code as segment,
        case when is_updated then 1 else 0 end as numerator,
        1 as denominator,
        cast(null as varchar) as reason_code
    from {{ ref('int_grid_visit') }}
),

{{ rolled_up(
    'counted',
    ledgers=['engagement', 'customer_archive', 'grid'],
    segments=['all', 'visit', 'revisit'],
    grids=true,
    columns=['customer_archive.updated_date']
) }}

{{ metric_rows('archive_update_p8', 'measured') }}
