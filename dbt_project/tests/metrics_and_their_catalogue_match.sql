-- grain: one row per metric that has a model but no catalogue row, or a row but no model
-- depends_on: {{ ref('metric_catalogue') }}
with

model (metric_id) as (
    values
    {%- set found = [] %}
    {%- if execute %}
        {%- for node in graph.nodes.values() %}
            {%- if node.resource_type == 'model' and node.fqn[1:3] == ['marts', 'metrics'] %}
                {%- do found.append((node.name, node.fqn[3])) %}
            {%- endif %}
        {%- endfor %}
    {%- endif %}
    {%- for name, family in found | sort %}
    ('{{ family }}/{{ name }}'){{ ',' if not loop.last }}
    {%- else %}
    ('none')
    {%- endfor %}
),

catalogue as (
    select family || '/' || metric_id as metric_id
    from {{ ref('metric_catalogue') }}
)

select
    model.metric_id as model_metric_id,
    catalogue.metric_id as catalogue_metric_id
from model
full outer join catalogue on model.metric_id = catalogue.metric_id
where model.metric_id is null or catalogue.metric_id is null
