{#
  The last step of every metric model: the columns of the metric contract from a relation with
  org_level, org_id, segment, numerator, denominator and reason_code (and value for a gap).

  A reason from the model means the figure cannot be known: all three numbers are NULL. Without one,
  value is numerator / denominator; a zero or missing denominator leaves the numerator visible and
  gives NULL with 'zero_denominator'. Amounts and counts have denominator 1. Definition and unit
  come from the catalogue, where they are declared once.

  definitions  whether the relation has definition_id: figures by several definitions of one metric
               side by side (see rolled_up). Without it every row follows the metric's first one.
#}
{% macro metric_rows(metric_id, relation, kind='ratio', definitions=false) -%}
select
    catalogue.metric_id,
    {{ 'measured' if definitions else 'catalogue' }}.definition_id,
    context.period,
    measured.org_level,
    measured.org_id,
    measured.segment,
    cast(
        case when measured.reason_code is null then measured.numerator end as decimal(38, 6)
    ) as numerator,
    {% if kind in ('amount', 'count') -%}
    cast(case when measured.reason_code is null then 1 end as decimal(38, 6)) as denominator,
    cast(
        case when measured.reason_code is null then measured.numerator end as decimal(38, 6)
    ) as value,
    {%- else -%}
    cast(
        case when measured.reason_code is null then measured.denominator end as decimal(38, 6)
    ) as denominator,
    cast(
        case
            when measured.reason_code is null
                then {{ 'measured.value' if kind == 'gap' else ratio('measured.numerator', 'measured.denominator') }}
        end as decimal(38, 6)
    ) as value,
    {%- endif %}
    catalogue.unit,
    {% if kind == 'ratio' -%}
    case
        when measured.reason_code is not null then measured.reason_code
        when coalesce(measured.denominator, 0) = 0 then 'zero_denominator'
    end as reason_code
    {%- elif kind == 'gap' -%}
    case
        when measured.reason_code is not null then measured.reason_code
        when measured.value is null then 'zero_denominator'
    end as reason_code
    {%- else -%}
    measured.reason_code
    {%- endif %}
from {{ relation }} as measured
cross join {{ source('run', 'run_context') }} as context
inner join {{ ref('metric_catalogue') }} as catalogue
    on catalogue.metric_id = '{{ metric_id }}'
{%- endmacro %}
