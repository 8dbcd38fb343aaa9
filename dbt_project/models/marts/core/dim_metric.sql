-- grain: one row per metric
with

catalogue as (
    select * from {{ ref('metric_catalogue') }}
)

select
    metric_id,
    family,
    family_zh,
    family_en,
    name_zh,
    name_en,
    unit,
    kind,
    better,
    is_additive,
    is_share,
    is_year_to_date,
    formula_zh,
    formula_en,
    source,
    definition_id
from catalogue
