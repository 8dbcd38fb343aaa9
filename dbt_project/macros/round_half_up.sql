{#
  Rounding half up (四舍五入, away from zero) of a DECIMAL. Both DuckDB and Spark round DECIMAL that
  way; DOUBLE would not, so the argument must be exact.
#}
{% macro round_half_up(amount, places) -%}
    {{ return(adapter.dispatch('round_half_up', 'jingtian')(amount, places)) }}
{%- endmacro %}

{% macro default__round_half_up(amount, places) -%}
    round({{ amount }}, {{ places }})
{%- endmacro %}

{# A yuan amount rounded to the fen. #}
{% macro to_fen(amount) -%}
    cast({{ round_half_up(amount, 2) }} as decimal(38, 2))
{%- endmacro %}
