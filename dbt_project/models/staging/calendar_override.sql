-- grain: one row per date whose working-day state differs from the shipped calendar; in force for
-- the closed month
-- generated from pipelines/ledgers/calendar_override.odcs.yaml (make generate): do not edit
with

source as (
    select * from {{ source('lake', 'calendar_override') }}
),

renamed as (
    select
        calendar_date,
        is_workday,
        reason,
        _load_id as load_id,
        _row as row_no
    from source
)

select * from renamed
