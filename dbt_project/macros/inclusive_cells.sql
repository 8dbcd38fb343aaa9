{#
  The cell map of S71 part I, applied once to the loans outstanding and once to the loans disbursed.

  `relation` is a CTE at ledger grain with branch_id, customer_id, borrower_group, leaf_band, is_bill,
  first_amount, second_amount and one boolean per flag of the seed s71_row. The macro adds CTEs that
  end in `cell`: org_id, row_id, band_id, first_amount, second_amount, customer_count.

  Amounts are added up over groups of like loans. Customers are counted over (customer, borrower
  group, leaf band): a customer that moved to another band in the year drew in both, as the column
  sums of the form require (A = A1 + A2 + A3 + A4). Exploding every loan into its cells first would
  do the same with some fourteen times the rows.
#}
{% macro inclusive_cells(relation) -%}
{%- set flags = [
    'agri',
    'rural_collective',
    'cooperative',
    'tech_innovation',
    'startup_guarantee',
    'disabled_startup_guarantee',
    'credit',
    'medium_long_term',
    'renewal_without_repayment',
] -%}
cell_map as (
    select
        form_row.row_id,
        band.band_id,
        form_row.borrower_group,
        band.leaf_band,
        form_row.flag_code,
        form_row.is_headline or band.excludes_bill as excludes_bill
    from {{ ref('s71_row') }} as form_row
    inner join {{ ref('s71_band') }} as band
        on band.is_within_headline or not form_row.is_headline
),

like_loan as (
    select
        branch_id,
        borrower_group,
        leaf_band,
        is_bill,
        {% for flag in flags -%}
        is_{{ flag }},
        {% endfor -%}
        sum(first_amount) as first_amount,
        sum(second_amount) as second_amount
    from {{ relation }}
    group by
        branch_id,
        borrower_group,
        leaf_band,
        {% for flag in flags -%}
        is_{{ flag }},
        {% endfor -%}
        is_bill
),

amount_cell as (
    select
        member.org_id,
        cell_map.row_id,
        cell_map.band_id,
        sum(like_loan.first_amount) as first_amount,
        sum(like_loan.second_amount) as second_amount
    from like_loan
    inner join cell_map
        on
            like_loan.borrower_group = cell_map.borrower_group
            and like_loan.leaf_band = cell_map.leaf_band
            and not (cell_map.excludes_bill and like_loan.is_bill)
            and case cell_map.flag_code
                {% for flag in flags -%}
                when '{{ flag }}' then like_loan.is_{{ flag }}
                {% endfor -%}
                else true
            end
    inner join {{ ref('int_org_member') }} as member on like_loan.branch_id = member.branch_id
    group by
        member.org_id,
        cell_map.row_id,
        cell_map.band_id
),

-- what a customer has at all, and what it has without bill finance
branch_customer as (
    select
        branch_id,
        customer_id,
        borrower_group,
        leaf_band,
        {% for flag in flags -%}
        bool_or(is_{{ flag }}) as has_{{ flag }},
        bool_or(is_{{ flag }} and not is_bill) as has_{{ flag }}_no_bill,
        {% endfor -%}
        bool_or(not is_bill) as has_no_bill
    from {{ relation }}
    group by
        branch_id,
        customer_id,
        borrower_group,
        leaf_band
),

-- the bank counts a customer of two branches once
org_customer as (
    select
        branch.org_id,
        branch_customer.borrower_group,
        branch_customer.leaf_band,
        {% for flag in flags -%}
        branch_customer.has_{{ flag }},
        branch_customer.has_{{ flag }}_no_bill,
        {% endfor -%}
        branch_customer.has_no_bill
    from branch_customer
    inner join {{ ref('int_org_member') }} as branch
        on branch_customer.branch_id = branch.branch_id and branch.org_level = 'branch'
    union all
    select
        bank.org_id,
        branch_customer.borrower_group,
        branch_customer.leaf_band,
        {% for flag in flags -%}
        bool_or(branch_customer.has_{{ flag }}) as has_{{ flag }},
        bool_or(branch_customer.has_{{ flag }}_no_bill) as has_{{ flag }}_no_bill,
        {% endfor -%}
        bool_or(branch_customer.has_no_bill) as has_no_bill
    from branch_customer
    inner join {{ ref('int_org_member') }} as bank
        on branch_customer.branch_id = bank.branch_id and bank.org_level = 'bank'
    group by
        bank.org_id,
        branch_customer.customer_id,
        branch_customer.borrower_group,
        branch_customer.leaf_band
),

like_customer as (
    select
        org_id,
        borrower_group,
        leaf_band,
        {% for flag in flags -%}
        has_{{ flag }},
        has_{{ flag }}_no_bill,
        {% endfor -%}
        has_no_bill,
        count(*) as customer_count
    from org_customer
    group by
        org_id,
        borrower_group,
        leaf_band,
        {% for flag in flags -%}
        has_{{ flag }},
        has_{{ flag }}_no_bill,
        {% endfor -%}
        has_no_bill
),

customer_cell as (
    select
        like_customer.org_id,
        cell_map.row_id,
        cell_map.band_id,
        sum(like_customer.customer_count) as customer_count
    from like_customer
    inner join cell_map
        on
            like_customer.borrower_group = cell_map.borrower_group
            and like_customer.leaf_band = cell_map.leaf_band
            and case
                when cell_map.excludes_bill
                    then
                        case cell_map.flag_code
                            {% for flag in flags -%}
                            when '{{ flag }}' then like_customer.has_{{ flag }}_no_bill
                            {% endfor -%}
                            else like_customer.has_no_bill
                        end
                else
                    case cell_map.flag_code
                        {% for flag in flags -%}
                        when '{{ flag }}' then like_customer.has_{{ flag }}
                        {% endfor -%}
                        else true
                    end
            end
    group by
        like_customer.org_id,
        cell_map.row_id,
        cell_map.band_id
),

form_cell as (
    select distinct
        row_id,
        band.band_id
    from {{ ref('s71_row') }}
    cross join (select distinct band_id from {{ ref('s71_band') }}) as band
),

cell as (
    select
        organisation.org_level,
        organisation.org_id,
        form_cell.row_id,
        form_cell.band_id,
        form_cell.row_id || '.' || form_cell.band_id as segment,
        coalesce(amount_cell.first_amount, 0) as first_amount,
        coalesce(amount_cell.second_amount, 0) as second_amount,
        cast(coalesce(customer_cell.customer_count, 0) as bigint) as customer_count
    from {{ ref('int_org') }} as organisation
    cross join form_cell
    left join amount_cell
        on
            organisation.org_id = amount_cell.org_id
            and form_cell.row_id = amount_cell.row_id
            and form_cell.band_id = amount_cell.band_id
    left join customer_cell
        on
            organisation.org_id = customer_cell.org_id
            and form_cell.row_id = customer_cell.row_id
            and form_cell.band_id = customer_cell.band_id
    where organisation.is_active
)
{%- endmacro %}


{# Borrower groups of S71 part I; NULL for borrowers the table leaves out. #}
{% macro inclusive_borrower_group(customer) -%}
    case
        when {{ customer }}.borrower_category_code = 'enterprise'
            then
                case
                    when {{ customer }}.enterprise_size_code in ('small', 'micro')
                        then 'small_micro_enterprise'
                end
        when {{ customer }}.borrower_category_code in (
            'other_organisation', 'individual_business', 'small_micro_owner'
        )
            then {{ customer }}.borrower_category_code
        when
            {{ customer }}.borrower_category_code = 'other_individual'
            and not coalesce({{ customer }}.is_farm_household, false)
            then 'other_individual_non_farm'
    end
{%- endmacro %}

{# Leaf band of a customer's credit total; NULL above the widest band. `limits` is band_limit. #}
{% macro inclusive_leaf_band(credit_total, limits) -%}
    case
        when {{ credit_total }} <= {{ limits }}.limit_1m then 'credit_le_1m'
        when {{ credit_total }} <= {{ limits }}.limit_5m then 'credit_1m_5m'
        when {{ credit_total }} <= {{ limits }}.limit_10m then 'credit_5m_10m'
        when {{ credit_total }} <= {{ limits }}.limit_30m then 'credit_10m_30m'
    end
{%- endmacro %}

{# The upper limits of the leaf bands as one row. #}
{% macro inclusive_band_limit() -%}
    select
        max(case when band_id = 'credit_le_1m' then upper_limit_yuan end) as limit_1m,
        max(case when band_id = 'credit_1m_5m' then upper_limit_yuan end) as limit_5m,
        max(case when band_id = 'credit_5m_10m' then upper_limit_yuan end) as limit_10m,
        max(case when band_id = 'credit_10m_30m' then upper_limit_yuan end) as limit_30m
    from {{ ref('s71_band') }}
    where band_id = leaf_band
{%- endmacro %}

{# The flags of the seed s71_row, from a loan and its customer; bill finance and term among them. #}
{% macro inclusive_flags(loan, customer) -%}
    coalesce({{ loan }}.is_bill_finance, false) as is_bill,
    coalesce({{ loan }}.is_agri, false) as is_agri,
    coalesce({{ customer }}.is_rural_collective, false) as is_rural_collective,
    coalesce({{ customer }}.is_cooperative, false) as is_cooperative,
    coalesce({{ customer }}.is_tech_innovation, false) as is_tech_innovation,
    coalesce({{ loan }}.is_startup_guarantee, false) as is_startup_guarantee,
    coalesce({{ loan }}.is_startup_guarantee and {{ customer }}.is_disabled, false)
        as is_disabled_startup_guarantee,
    coalesce({{ loan }}.guarantee_type_code = 'credit', false) as is_credit,
    coalesce(
        {{ loan }}.original_due_date > {{ add_years(loan ~ '.disbursement_date', 1) }}, false
    ) as is_medium_long_term,
    coalesce({{ loan }}.disbursement_kind_code = 'renewal_without_repayment', false)
        as is_renewal_without_repayment
{%- endmacro %}
