-- grain: one row per metric
with

catalogue as (
    select * from {{ ref('metric_catalogue') }}
)

select
    metric_id,
    family,
    name_zh,
    name_en,
    unit,
    kind,
    formula_zh,
    formula_en,
    source,
    definition_id
from catalogue
