-- grain: one row per organisation of the register in force at period end, the bank included
with

organisation as (
    select * from {{ ref('int_org') }}
)

select
    org_id,
    org_name,
    parent_org_id,
    bank_id,
    org_level,
    org_type_code,
    location_code,
    is_urban_union,
    peer_group_code,
    is_strong_county_pilot,
    opened_date,
    is_active
from organisation
