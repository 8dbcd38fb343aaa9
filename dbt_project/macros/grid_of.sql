{#
  The grid that a ledger row counts in: that of its village or community, where the row's branch
  serves it; else the branch's rows without a grid, so that grids add up to their branch.
#}
{% macro grid_of(row, unit_grid) -%}
    case
        when {{ unit_grid }}.branch_id = {{ row }}.branch_id then {{ unit_grid }}.grid_id
        else {{ row }}.branch_id || ':no_grid'
    end
{%- endmacro %}
