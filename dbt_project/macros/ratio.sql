{#
  Exact division. DuckDB divides DECIMAL as DOUBLE and gives infinity for x/0; Spark rounds
  differently again. ratio(n, d) is n/d rounded half up (away from zero), to six decimals unless
  told, NULL when d is zero or either is NULL. Both sides are taken at six decimals: money, counts
  and products of them are exact there. Two small figures (most are counts of a place) are divided
  as BIGINT, three times as fast: 900 000 at six decimals times 10^6 has eighteen digits.
#}
{% macro ratio(numerator, denominator, places=6) -%}
    {{ return(adapter.dispatch('ratio', 'jingtian')(numerator, denominator, places)) }}
{%- endmacro %}

{% macro duckdb__ratio(numerator, denominator, places) -%}
    {%- set n = 'cast(cast(' ~ numerator ~ ' as decimal(38, 6)) * 1000000 as hugeint)' -%}
    {%- set d = 'cast(cast(' ~ denominator ~ ' as decimal(38, 6)) * 1000000 as hugeint)' -%}
    {%- set one = '1' ~ '0' * places -%}
    {%- set unit = '0.' ~ '0' * (places - 1) ~ '1' -%}
    {%- set small_n = 'cast(cast(' ~ numerator ~ ' as decimal(18, 6)) * 1000000 as bigint)' -%}
    {%- set small_d = 'cast(cast(' ~ denominator ~ ' as decimal(18, 6)) * 1000000 as bigint)' -%}
    case
        {%- if places <= 6 %}
        when {{ numerator }} between 0 and 900000 and {{ denominator }} between 0 and 900000
            then case
                when {{ small_d }} <> 0 then cast(
                    cast(
                        (2 * {{ small_n }} * {{ one }} + {{ small_d }}) // (2 * {{ small_d }})
                        as decimal(38, 0)
                    ) * {{ unit }} as decimal(38, {{ places }})
                )
            end
        {%- endif %}
        when {{ d }} <> 0 then cast(
            cast(
                (case when ({{ n }} < 0) <> ({{ d }} < 0) then -1 else 1 end)
                * ((2 * abs({{ n }}) * {{ one }} + abs({{ d }})) // (2 * abs({{ d }})))
                as decimal(38, 0)
            ) * {{ unit }} as decimal(38, {{ places }})
        )
    end
{%- endmacro %}

{#
  Allocation by largest remainder works in whole fen: share_floor is the integer part of
  total * part / whole, share_rest its remainder.
#}
{% macro share_floor(total, part, whole) -%}
    {{ return(adapter.dispatch('share_floor', 'jingtian')(total, part, whole)) }}
{%- endmacro %}

{% macro duckdb__share_floor(total, part, whole) -%}
    (({{ total }} * {{ part }}) // {{ whole }})
{%- endmacro %}

{% macro share_rest(total, part, whole) -%}
    {{ return(adapter.dispatch('share_rest', 'jingtian')(total, part, whole)) }}
{%- endmacro %}

{% macro duckdb__share_rest(total, part, whole) -%}
    (({{ total }} * {{ part }}) % {{ whole }})
{%- endmacro %}

{# Yuan as whole fen. #}
{% macro in_fen(amount) -%}
    {{ return(adapter.dispatch('in_fen', 'jingtian')(amount)) }}
{%- endmacro %}

{% macro duckdb__in_fen(amount) -%}
    cast({{ amount }} * 100 as hugeint)
{%- endmacro %}
