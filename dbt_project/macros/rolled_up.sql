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
               year so far, registers (in force at the end) for the closed month only;
               'year_start': for December before; 'last_year': for the same months a year before;
               or a list of these.
  segments     list of segments, or (segment_relation) a CTE with the column segment.
  distinct     column that names the thing counted.
  many         with `distinct`: column with the number of things that a row stands for where it does
               not name one; those are then things of no other row (see the macro alike).
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
{% macro registers() -%}
{{ return([
    'admin_unit', 'branch_plan', 'calendar_override', 'credit_line', 'customer', 'customer_archive',
    'grid', 'grid_assignment', 'org_unit', 'scheme_binding', 'scheme_param', 'segment_population',
    'service_point', 'staff', 'workstation'
]) }}
{%- endmacro %}

{% macro rolled_up(
    relation, ledgers, months='period', segments=['all'], segment_relation=none, distinct=none,
    many=none, register=none, grids=false, columns=[], segment_columns={}, definitions=none
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
        (
            rolled_missing.month between {{ month_of('context.year_start') }} and context.period
            and (
                rolled_missing.month = context.period
                or rolled_missing.ledger not in ('{{ registers() | join("', '") }}')
            )
        )
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

{%- set keys = ['segment', 'definition_id'] if definitions else ['segment'] -%}
{%- set parts = ['branch_id', 'grid_id'] if grids else ['branch_id'] -%}
{%- if distinct %}
-- a thing counts once in a part (branch, or grid of a branch) …
rolled_thing as (
    select
        {{ parts | join(', ') }},
        {{ keys | join(', ') }},
        {{ distinct }} as thing,
        {% for counted in (['numerator'] if register else ['numerator', 'denominator']) -%}
        case
            when {{ distinct }} is not null then max(case when {{ counted }} then 1 else 0 end)
            {%- if many %}
            else coalesce(sum(case when {{ counted }} then {{ many }} end), 0)
            {%- else %}
            else 0
            {%- endif %}
        end as {{ counted }},
        {% endfor -%}
        {% if register -%}
        coalesce(sum({{ register }}), 0) as denominator,
        {% endif -%}
        max(reason_code) as reason_code
    from {{ relation }}
    group by
        {{ parts | join(', ') }},
        {{ keys | join(', ') }},
        {{ distinct }}
),

rolled_part as (
    select
        {{ parts | join(', ') }},
        {{ keys | join(', ') }},
        sum(numerator) as numerator,
        sum(denominator) as denominator,
        max(reason_code) as reason_code
    from rolled_thing
    group by
        {{ parts | join(', ') }},
        {{ keys | join(', ') }}
),

-- … and the few that several parts have, once in each organisation
rolled_shared as (
    select
        {{ keys | join(', ') }},
        thing
    from rolled_thing
    where thing is not null
    group by
        {{ keys | join(', ') }},
        thing
    having count(*) > 1
),

rolled_again as (
    select
        member.org_level,
        member.org_id,
        {%- for key in keys %}
        rolled_thing.{{ key }},
        {%- endfor %}
        rolled_thing.thing,
        sum(rolled_thing.numerator) as numerators
        {%- if not register %},
        sum(rolled_thing.denominator) as denominators
        {%- endif %}
    from rolled_thing
    inner join rolled_shared
        on
            rolled_thing.thing = rolled_shared.thing
            {%- for key in keys %}
            and rolled_thing.{{ key }} = rolled_shared.{{ key }}
            {%- endfor %}
    inner join {{ ref('int_org_member') }} as member
        on rolled_thing.branch_id = member.branch_id
    group by
        member.org_level,
        member.org_id,
        {%- for key in keys %}
        rolled_thing.{{ key }},
        {%- endfor %}
        rolled_thing.thing
),

{% else -%}
rolled_part as (
    select
        {{ parts | join(', ') }},
        {{ keys | join(', ') }},
        sum(numerator) as numerator,
        sum(denominator) as denominator,
        max(reason_code) as reason_code
    from {{ relation }}
    group by
        {{ parts | join(', ') }},
        {{ keys | join(', ') }}
),

{% endif -%}
rolled_row as (
    select
        member.org_level,
        member.org_id,
        rolled_part.branch_id as part_id,
        {%- for key in keys %}
        rolled_part.{{ key }},
        {%- endfor %}
        rolled_part.numerator,
        rolled_part.denominator,
        rolled_part.reason_code
    from rolled_part
    inner join {{ ref('int_org_member') }} as member on rolled_part.branch_id = member.branch_id
    {%- if grids %}
    union all
    select
        'grid' as org_level,
        grid_id as org_id,
        branch_id as part_id,
        {{ keys | join(', ') }},
        numerator,
        denominator,
        reason_code
    from rolled_part
    {%- endif %}
    {%- if distinct %}
    union all
    select
        org_level,
        org_id,
        cast(null as varchar) as part_id,
        {{ keys | join(', ') }},
        -sum(case when numerators > 1 then numerators - 1 else 0 end) as numerator,
        {% if register -%}
        0 as denominator,
        {%- else -%}
        -sum(case when denominators > 1 then denominators - 1 else 0 end) as denominator,
        {%- endif %}
        cast(null as varchar) as reason_code
    from rolled_again
    group by
        org_level,
        org_id,
        {{ keys | join(', ') }}
    {%- endif %}
),

rolled_sum as (
    select
        org_level,
        org_id,
        {{ keys | join(', ') }},
        min(part_id) as part_id,
        sum(numerator) as numerator,
        sum(denominator) as denominator,
        max(reason_code) as reason_code
    from rolled_row
    group by
        org_level,
        org_id,
        {{ keys | join(', ') }}
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
