-- grain: one row per organisation (branch, county, bank or grid); segment all
with

counted as (
    select
        branch_id,
        grid_id,
        'all' as segment,
        rated_count as numerator,
        archive_count as denominator,
        cast(null as varchar) as reason_code
    from {{ ref('int_archive_rating') }}
    union all
    select
        branch_id,
        grid_id,
        segment_code as segment,
        rated_count as numerator,
        archive_count as denominator,
        cast(null as varchar) as reason_code
    from {{ ref('int_archive_rating') }}
),

{{ rolled_up(
    'counted',
    ledgers=['customer_archive'],
    segments=['all', 'community_resident', 'rural_household', 'community_merchant', 'small_micro_enterprise', 'park_enterprise', 'rural_large_operator', 'specialised_cooperative', 'agri_leading_enterprise', 'family_farm'],
    grids=true,
    columns=['customer_archive.rating_code', 'customer_archive.rating_date']
) }}

{{ metric_rows('archive_quality_credit_grade', 'measured') }}
