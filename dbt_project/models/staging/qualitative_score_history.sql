-- grain: as qualitative_score, for every month of the window in which the load is in force
-- generated from pipelines/ledgers/qualitative_score.odcs.yaml (make generate): do not edit
with

source as (
    select * from {{ source('lake', 'qualitative_score_history') }}
),

monthly as (
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
        _period as month,
        _load_id as load_id,
        _row as row_no
    from source
)

select * from monthly
