-- grain: one row per column of a table or view of the build that is no exact number
-- depends_on: {{ ref('mart_metric_value') }}
-- depends_on: {{ ref('mart_target_attainment') }}
-- depends_on: {{ ref('pay_settlement') }}
select
    table_catalog,
    table_name,
    column_name,
    data_type
from information_schema.columns
where
    table_schema = current_schema()
    and upper(data_type) in ('DOUBLE', 'FLOAT', 'REAL')
