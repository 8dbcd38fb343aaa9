-- grain: as org_unit, for every month of the window in which the load is in force
-- generated from pipelines/ledgers/org_unit.odcs.yaml (make generate): do not edit
with

source as (
    select * from {{ source('lake', 'org_unit_history') }}
),

load_in_force as (
    select
        load_id,
        month
    from {{ source('run', 'run_load') }}
    where ledger = 'org_unit'
),

-- one to many: a register's load is carried forward over the months in which it is in force
monthly as (
    select
        source.org_id,
        source.org_name,
        source.parent_org_id,
        source.org_type_code,
        source.location_code,
        source.is_urban_union,
        source.division_code,
        source.licence_no,
        source.reporting_scope_code,
        source.opened_date,
        source.closed_date,
        source.marketing_zone_code,
        source.is_strong_county_pilot,
        source.inclusive_tier_code,
        source.tier_date,
        source.peer_group_code,
        source.transformed_date,
        source.six_s_date,
        source.is_hotline_posted,
        source.longitude,
        source.latitude,
        load_in_force.month,
        source._load_id as load_id,
        source._row as row_no
    from source
    inner join load_in_force on source._load_id = load_in_force.load_id
)

select * from monthly
