{#
  What metrics count, counted beforehand: the CTEs `several` and `alike` from a relation with one row
  per part (branch, grid) and thing. The things of one part that are alike in every key become one
  row without a name and with their number; a thing with several rows keeps its own rows, so that
  whoever adds up parts can still count it once (see `many` of rolled_up). A month has a million
  customers and a few hundred kinds of them.

  relation  the CTE or model; a row whose thing is NULL counts nothing, but keeps its sums.
  thing     column that names the thing.
  number    column of the number of things that a row without a name stands for.
  keys      columns by which things are alike: the part and all that a metric asks of a thing.
  sums      columns to be added up.
  highest   columns of which the greatest is kept.
  sides     sums that metrics compare with zero: whether one is above it is a further key, so that
            a sum is above zero where each of its parts is.
  several   boolean column of the relation that says whether the thing has several rows, where the
            relation knows it already; else it is found here.
  within    columns by which a thing is another one (a test it passed).
#}
{% macro alike(relation, thing, number, keys, sums=[], highest=[], sides=[], within=[], several=none) -%}
{%- set named = 'case when each_thing.' ~ several ~ ' then each_thing.' ~ thing ~ ' end' if several else 'several.' ~ thing -%}
{%- if not several -%}
several as (
    select
        {% for column in within -%}
        {{ column }},
        {% endfor -%}
        {{ thing }}
    from {{ relation }}
    where {{ thing }} is not null
    group by
        {% for column in within -%}
        {{ column }},
        {% endfor -%}
        {{ thing }}
    having count(*) > 1
),

{% endif -%}
alike as (
    select
        {% for column in keys -%}
        each_thing.{{ column }},
        {% endfor -%}
        {{ named }} as {{ thing }},
        count(each_thing.{{ thing }}) as {{ number }}
        {%- for column in sums %},
        sum(each_thing.{{ column }}) as {{ column }}
        {%- endfor %}
        {%- for column in highest %},
        max(each_thing.{{ column }}) as {{ column }}
        {%- endfor %}
    from {{ relation }} as each_thing
    {%- if not several %}
    left join several
        on
            each_thing.{{ thing }} = several.{{ thing }}
            {%- for column in within %}
            and each_thing.{{ column }} = several.{{ column }}
            {%- endfor %}
    {%- endif %}
    group by
        {% for column in keys -%}
        each_thing.{{ column }},
        {% endfor -%}
        {% for column in sides -%}
        each_thing.{{ column }} > 0,
        {% endfor -%}
        {{ named }}
)
{%- endmacro %}
