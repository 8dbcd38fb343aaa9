{# Dates stay dates: DuckDB's date + interval gives a timestamp. #}
{% macro add_days(date, days) -%}
    {{ return(adapter.dispatch('add_days', 'jingtian')(date, days)) }}
{%- endmacro %}

{% macro duckdb__add_days(date, days) -%}
    ({{ date }} + cast({{ days }} as integer))
{%- endmacro %}

{% macro default__add_days(date, days) -%}
    date_add({{ date }}, {{ days }})
{%- endmacro %}

{% macro add_years(date, years) -%}
    {{ return(adapter.dispatch('add_years', 'jingtian')(date, years)) }}
{%- endmacro %}

{% macro duckdb__add_years(date, years) -%}
    cast({{ date }} + to_years(cast({{ years }} as integer)) as date)
{%- endmacro %}

{% macro default__add_years(date, years) -%}
    add_months({{ date }}, 12 * {{ years }})
{%- endmacro %}

{# Months earlier or later; a day that the month lacks becomes its last one. #}
{% macro add_months(date, months) -%}
    {{ return(adapter.dispatch('add_months', 'jingtian')(date, months)) }}
{%- endmacro %}

{% macro duckdb__add_months(date, months) -%}
    cast({{ date }} + to_months(cast({{ months }} as integer)) as date)
{%- endmacro %}

{% macro default__add_months(date, months) -%}
    add_months({{ date }}, {{ months }})
{%- endmacro %}

{# The month a date lies in, as YYYY-MM. #}
{% macro month_of(date) -%}
    {{ return(adapter.dispatch('month_of', 'jingtian')(date)) }}
{%- endmacro %}

{% macro duckdb__month_of(date) -%}
    strftime({{ date }}, '%Y-%m')
{%- endmacro %}

{% macro default__month_of(date) -%}
    date_format({{ date }}, 'yyyy-MM')
{%- endmacro %}

{% macro day_of(date) -%}
    extract(day from {{ date }})
{%- endmacro %}

{% macro year_of(date) -%}
    extract(year from {{ date }})
{%- endmacro %}
