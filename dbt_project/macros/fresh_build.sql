{#
  Tables and views of a build. A build starts from an empty file and is published as a whole, so a
  relation is created under its own name: no copy beside an old one, no renames. A developer's own
  `dbt build` over an existing file drops the old one first.
#}
{% materialization table, adapter='duckdb', supported_languages=['sql'] %}
{%- set relation = this.incorporate(type='table') -%}
{{ drop_relation_if_exists(load_cached_relation(this)) }}
{% call statement('main') -%}
{{ create_table_as(false, relation, compiled_code) }}
{%- endcall %}
{{ adapter.commit() }}
{{ return({'relations': [relation]}) }}
{% endmaterialization %}

{% materialization view, adapter='duckdb', supported_languages=['sql'] %}
{%- set relation = this.incorporate(type='view') -%}
{{ drop_relation_if_exists(load_cached_relation(this)) }}
{% call statement('main') -%}
{{ get_create_view_as_sql(relation, compiled_code) }}
{%- endcall %}
{{ adapter.commit() }}
{{ return({'relations': [relation]}) }}
{% endmaterialization %}
