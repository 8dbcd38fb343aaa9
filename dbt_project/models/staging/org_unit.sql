-- grain: one row per organisation of the bank; the root row is the bank itself; in force for the
-- closed month
-- generated from pipelines/ledgers/org_unit.odcs.yaml (make generate): do not edit
with

source as (
    select * from {{ source('lake', 'org_unit') }}
),

renamed as (
    select
        org_id,
        org_name,
        parent_org_id,
        org_type_code,
        location_code,
        is_urban_union,
        division_code,
        licence_no,
        reporting_scope_code,
        opened_date,
        closed_date,
        marketing_zone_code,
        is_strong_county_pilot,
        inclusive_tier_code,
        tier_date,
        peer_group_code,
        transformed_date,
        six_s_date,
        is_hotline_posted,
        longitude,
        latitude,
        _load_id as load_id,
        _row as row_no
    from source
)

select * from renamed
