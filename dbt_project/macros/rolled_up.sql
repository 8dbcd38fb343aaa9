{#
  From figures per branch to figures per organisation: the CTE `measured` of a metric model, with
  org_level, org_id, segment, numerator, denominator and reason_code, for every active branch,
  county and the bank and every segment, also where nothing was counted (then 0).

  relation     a CTE with branch_id, segment, numerator, denominator and, where a column of the
               source may be unknown, reason_code (any that is not NULL makes the figure unknown).
               With `distinct`, one row per branch, segment and thing counted: numerator and
               denominator are then booleans, and each thing counts once however many branches
               or rows have it.
  ledgers      ledgers whose absence makes the figure unknown.
  months       'period': they must be there for the closed month; 'year': for every month of the
               year so far; 'year_start': for December before; 'last_year': for the same months a
               year before; or a list of these.
  segments     list of segments, or (segment_relation) a CTE with the column segment.
  distinct     column that names the thing counted.
  register     with `distinct`: column whose sum is the denominator, where the things counted are
               held against a register of how many there should be (0 in the rows of the things,
               numerator false in those of the register).
  columns      columns ('ledger.column') without which the figure is unknown: those that the source
               of a load in force does not have (int_column_gap), in the same months as ledgers.
  segment_columns  the same for the segments whose code begins with a word:
               {'product_': ['loan_account.product_class_code']}; in the closed month.
  definitions  metric whose definitions stand side by side: the relation and `measured` then have
               definition_id, and each definition in force at period end has its rows.
  grids        whether the relation has grid_id (of int_unit_grid): then rows of level grid follow,
               one per grid, that add up to the branch.
  value        'gap': the relation's numerator and denominator are two parts whose ratio is meant
               (no difference here, see metric_rows).
#}
{% macro rolled_up(
    relation, ledgers, months='period', segments=['all'], segment_relation=none, distinct=none,
    register=none, grids=false, columns=[], segment_columns={}, definitions=none
) -%}
{%- set spans = [months] if months is string else months -%}
rolled_segment (segment) as (
    {% if segment_relation -%}
    select segment from {{ segment_relation }}
    {%- else -%}
    values
    {%- for segment in segments %}
    ('{{ segment }}'){{ ',' if not loop.last }}
    {%- endfor %}
    {%- endif %}
),

{% if definitions -%}
rolled_definition as (
    select
        definition.definition_id,
        definition.ledgers
    from {{ ref('metric_definition') }} as definition
    cross join {{ source('run', 'run_context') }} as context
    where
        definition.metric_id = '{{ definitions }}'
        and coalesce(definition.effective_from <= context.period_end, true)
        and coalesce(definition.effective_to >= context.period_end, true)
),

{% endif -%}
rolled_missing as (
    select
        ledger,
        month,
        org_id,
        reason_code
    from {{ ref('int_source_gap') }}
    where ledger in ('{{ ledgers | join("', '") }}')
    {%- if columns %}
    union all
    select
        ledger,
        month,
        org_id,
        reason_code
    from {{ ref('int_column_gap') }}
    where ledger || '.' || column_name in ('{{ columns | join("', '") }}')
    {%- endif %}
),

rolled_gap as (
    select
        rolled_missing.org_id,
        {%- if definitions %}
        rolled_definition.definition_id,
        {%- endif %}
        min(rolled_missing.reason_code) as reason_code
    from rolled_missing
    {%- if definitions %}
    inner join rolled_definition
        on coalesce(
            '|' || rolled_definition.ledgers || '|' like '%|' || rolled_missing.ledger || '|%', true
        )
    {%- endif %}
    cross join {{ source('run', 'run_context') }} as context
    where
        {%- for span in spans %}
        {{ 'or ' if not loop.first -}}
        {%- if span == 'period' -%}
        rolled_missing.month = context.period
        {%- elif span == 'year' -%}
        rolled_missing.month between {{ month_of('context.year_start') }} and context.period
        {%- elif span == 'year_start' -%}
        rolled_missing.month = context.previous_year_end_period
        {%- elif span == 'last_year' -%}
        rolled_missing.month between {{ month_of(add_years('context.year_start', -1)) }}
        and {{ month_of(add_years('context.period_end', -1)) }}
        {%- endif %}
        {%- endfor %}
    group by
        rolled_missing.org_id
        {%- if definitions %},
        rolled_definition.definition_id
        {%- endif %}
),

rolled_row as (
    select
        member.org_level,
        member.org_id,
        member.branch_id as part_id,
        counted.*
    from {{ relation }} as counted
    inner join {{ ref('int_org_member') }} as member on counted.branch_id = member.branch_id
    {%- if grids %}
    union all
    select
        'grid' as org_level,
        counted.grid_id as org_id,
        counted.branch_id as part_id,
        counted.*
    from {{ relation }} as counted
    {%- endif %}
),

rolled_sum as (
    select
        org_level,
        org_id,
        segment,
        {%- if definitions %}
        definition_id,
        {%- endif %}
        min(part_id) as part_id,
        {%- if distinct %}
        count(distinct case when numerator then {{ distinct }} end) as numerator,
        {% if register -%}
        sum({{ register }}) as denominator,
        {%- else -%}
        count(distinct case when denominator then {{ distinct }} end) as denominator,
        {%- endif %}
        {%- else %}
        sum(numerator) as numerator,
        sum(denominator) as denominator,
        {%- endif %}
        max(reason_code) as reason_code
    from rolled_row
    group by
        org_level,
        org_id,
        segment
        {%- if definitions %},
        definition_id
        {%- endif %}
),

{%- if segment_columns %}
rolled_segment_gap as (
    {%- for prefix, names in segment_columns.items() %}
    select
        '{{ prefix }}' as prefix,
        column_gap.org_id,
        min(column_gap.reason_code) as reason_code
    from {{ ref('int_column_gap') }} as column_gap
    inner join {{ source('run', 'run_context') }} as context on column_gap.month = context.period
    where column_gap.ledger || '.' || column_gap.column_name in ('{{ names | join("', '") }}')
    group by column_gap.org_id
    {{ 'union all' if not loop.last }}
    {%- endfor %}
),
{% endif %}
measured as (
    select
        organisation.org_level,
        organisation.org_id,
        rolled_segment.segment,
        {%- if definitions %}
        rolled_definition.definition_id,
        {%- endif %}
        coalesce(rolled_sum.numerator, 0) as numerator,
        coalesce(rolled_sum.denominator, 0) as denominator,
        coalesce(
            rolled_gap.reason_code,
            {%- if segment_columns %}
            rolled_segment_gap.reason_code,
            {%- endif %}
            rolled_sum.reason_code
        ) as reason_code
    from {{ ref('int_org') }} as organisation
    cross join rolled_segment
    {%- if definitions %}
    cross join rolled_definition
    {%- endif %}
    left join rolled_sum
        on
            organisation.org_level = rolled_sum.org_level
            and organisation.org_id = rolled_sum.org_id
            and rolled_segment.segment = rolled_sum.segment
            {%- if definitions %}
            and rolled_definition.definition_id = rolled_sum.definition_id
            {%- endif %}
    left join rolled_gap
        on
            organisation.org_id = rolled_gap.org_id
            {%- if definitions %}
            and rolled_definition.definition_id = rolled_gap.definition_id
            {%- endif %}
    {%- if segment_columns %}
    left join rolled_segment_gap
        on
            organisation.org_id = rolled_segment_gap.org_id
            and rolled_segment.segment like rolled_segment_gap.prefix || '%'
    {%- endif %}
    where organisation.is_active
    {%- if grids %}
    union all
    select
        rolled_sum.org_level,
        rolled_sum.org_id,
        rolled_sum.segment,
        {%- if definitions %}
        rolled_sum.definition_id,
        {%- endif %}
        rolled_sum.numerator,
        rolled_sum.denominator,
        coalesce(rolled_gap.reason_code, rolled_sum.reason_code) as reason_code
    from rolled_sum
    left join rolled_gap
        on
            rolled_sum.part_id = rolled_gap.org_id
            {%- if definitions %}
            and rolled_sum.definition_id = rolled_gap.definition_id
            {%- endif %}
    where rolled_sum.org_level = 'grid'
    {%- endif %}
)
{%- endmacro %}
