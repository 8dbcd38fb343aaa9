{#
  Exact division. DuckDB divides DECIMAL as DOUBLE and gives infinity for x/0; Spark rounds
  differently again. ratio(n, d) is n/d rounded half up (away from zero) to six decimals, NULL when
  d is zero or either is NULL. Both sides are taken at six decimals: money, counts and products of
  them are exact there.
#}
{% macro ratio(numerator, denominator) -%}
    {{ return(adapter.dispatch('ratio', 'jingtian')(numerator, denominator)) }}
{%- endmacro %}

{% macro duckdb__ratio(numerator, denominator) -%}
    {%- set n = 'cast(cast(' ~ numerator ~ ' as decimal(38, 6)) * 1000000 as hugeint)' -%}
    {%- set d = 'cast(cast(' ~ denominator ~ ' as decimal(38, 6)) * 1000000 as hugeint)' -%}
    case
        when {{ d }} <> 0 then cast(
            cast(
                (case when ({{ n }} < 0) <> ({{ d }} < 0) then -1 else 1 end)
                * ((2 * abs({{ n }}) * 1000000 + abs({{ d }})) // (2 * abs({{ d }})))
                as decimal(38, 0)
            ) * 0.000001 as decimal(38, 6)
        )
    end
{%- endmacro %}

{#
  Largest-remainder allocation needs whole-number division: share_floor(total, part, whole) is the
  integer part of total*part/whole and share_rest its remainder, all whole fen.
#}
{% macro share_floor(total, part, whole) -%}
    {{ return(adapter.dispatch('share_floor', 'jingtian')(total, part, whole)) }}
{%- endmacro %}

{% macro duckdb__share_floor(total, part, whole) -%}
    ((cast({{ total }} as hugeint) * cast({{ part }} as hugeint)) // cast({{ whole }} as hugeint))
{%- endmacro %}

{% macro share_rest(total, part, whole) -%}
    {{ return(adapter.dispatch('share_rest', 'jingtian')(total, part, whole)) }}
{%- endmacro %}

{% macro duckdb__share_rest(total, part, whole) -%}
    ((cast({{ total }} as hugeint) * cast({{ part }} as hugeint)) % cast({{ whole }} as hugeint))
{%- endmacro %}
