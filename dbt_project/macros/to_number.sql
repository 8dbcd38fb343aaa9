{# Text to an exact number; NULL when the text is none (a parameter register holds text). #}
{% macro to_number(text) -%}
    try_cast({{ text }} as decimal(18, 6))
{%- endmacro %}
