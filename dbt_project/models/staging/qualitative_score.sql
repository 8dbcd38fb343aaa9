-- grain: one row per scheme, scored subject and item for the month; in force for the closed month
-- generated from pipelines/ledgers/qualitative_score.odcs.yaml (make generate): do not edit
with

source as (
    select * from {{ source('lake', 'qualitative_score') }}
),

renamed as (
    select
        scheme_id,
        subject_kind_code,
        subject_id,
        item_code,
        scored_date,
        score,
        max_score,
        scorer_name,
        basis,
        _load_id as load_id,
        _row as row_no
    from source
)

select * from renamed
