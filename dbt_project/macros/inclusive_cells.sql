{#
  The cell map of S71 part I, applied once to the loans outstanding and once to the loans disbursed.

  A loan carries its flags as the bits of one number, and the same bits a second time, shifted, when
  it is no bill finance: a cell asks for one bit. OR-ing the numbers of a customer's loans says in
  which cells the customer counts, so that counting needs one aggregate and no explosion of every
  loan into its dozen cells (three million loans: 15 s with booleans, 5 s so).
#}
{% macro inclusive_flag_codes() -%}
    {{ return([
        'any',
        'agri',
        'rural_collective',
        'cooperative',
        'tech_innovation',
        'startup_guarantee',
        'disabled_startup_guarantee',
        'credit',
        'medium_long_term',
        'renewal_without_repayment',
    ]) }}
{%- endmacro %}

{# The flags of a loan and its customer as one number. #}
{% macro inclusive_flags(loan, customer) -%}
    {%- set conditions = {
        'any': 'true',
        'agri': loan ~ '.is_agri',
        'rural_collective': customer ~ '.is_rural_collective',
        'cooperative': customer ~ '.is_cooperative',
        'tech_innovation': customer ~ '.is_tech_innovation',
        'startup_guarantee': loan ~ '.is_startup_guarantee',
        'disabled_startup_guarantee':
            loan ~ '.is_startup_guarantee and ' ~ customer ~ '.is_disabled',
        'credit': loan ~ ".guarantee_type_code = 'credit'",
        'medium_long_term':
            loan ~ '.original_due_date > ' ~ add_years(loan ~ '.disbursement_date', 1),
        'renewal_without_repayment':
            loan ~ ".disbursement_kind_code = 'renewal_without_repayment'",
    } -%}
    {%- set codes = inclusive_flag_codes() -%}
    (
        {% for code in codes -%}
        case when {{ conditions[code] }} then {{ 2 ** loop.index0 }} else 0 end
        {%- if not loop.last %} +{% endif %}
        {% endfor -%}
    )
    * case when {{ loan }}.is_bill_finance then 1 else {{ 1 + 2 ** (codes | length) }} end
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

{# The upper limits of the leaf bands as one row, for inclusive_leaf_band. #}
{% macro inclusive_band_limit() -%}
    select
        max(case when band_id = 'credit_le_1m' then upper_limit_yuan end) as limit_1m,
        max(case when band_id = 'credit_1m_5m' then upper_limit_yuan end) as limit_5m,
        max(case when band_id = 'credit_5m_10m' then upper_limit_yuan end) as limit_10m,
        max(case when band_id = 'credit_10m_30m' then upper_limit_yuan end) as limit_30m
    from {{ ref('s71_band') }}
    where band_id = leaf_band
{%- endmacro %}

{# Leaf band of a customer's credit total; NULL above the widest band. #}
{% macro inclusive_leaf_band(credit_total, limits) -%}
    case
        when {{ credit_total }} <= {{ limits }}.limit_1m then 'credit_le_1m'
        when {{ credit_total }} <= {{ limits }}.limit_5m then 'credit_1m_5m'
        when {{ credit_total }} <= {{ limits }}.limit_10m then 'credit_5m_10m'
        when {{ credit_total }} <= {{ limits }}.limit_30m then 'credit_10m_30m'
    end
{%- endmacro %}

{# The first thing that a source does not say about an operating loan or its customer. #}
{% macro inclusive_unknown(loan, customer) -%}
    case
        when {{ loan }}.purpose_code is null then 'no_source:loan_account.purpose_code'
        when {{ customer }}.borrower_category_code is null
            then 'no_source:customer.borrower_category_code'
        when
            {{ customer }}.borrower_category_code = 'enterprise'
            and {{ customer }}.enterprise_size_code is null
            then 'no_source:customer.enterprise_size_code'
    end
{%- endmacro %}

{#
  CTEs from a relation with branch_id, customer_id, borrower_group, leaf_band, flags, first_amount and
  second_amount, ending in `cell`: org_level, org_id, row_id, band_id, segment, the two sums and
  customer_count.

  Customers are counted over (customer, borrower group, leaf band): a customer that moved to another
  band in the year drew in both, as the column sums of the form require (A = A1 + A2 + A3 + A4).
#}
{% macro inclusive_cells(relation) -%}
{%- set codes = inclusive_flag_codes() -%}
cell_map as (
    select
        form_row.row_id,
        band.band_id,
        form_row.borrower_group,
        band.leaf_band,
        case form_row.flag_code
            {% for code in codes -%}
            when '{{ code }}' then {{ 2 ** loop.index0 }}
            {% endfor -%}
        end
        * case when form_row.is_headline or band.excludes_bill then {{ 2 ** (codes | length) }} else 1 end
            as flag
    from {{ ref('s71_row') }} as form_row
    inner join {{ ref('s71_band') }} as band
        on band.is_within_headline or not form_row.is_headline
),

like_loan as (
    select
        branch_id,
        borrower_group,
        leaf_band,
        flags,
        sum(first_amount) as first_amount,
        sum(second_amount) as second_amount
    from {{ relation }}
    where borrower_group is not null and leaf_band is not null
    group by
        branch_id,
        borrower_group,
        leaf_band,
        flags
),

branch_customer as (
    select
        branch_id,
        customer_id,
        borrower_group,
        leaf_band,
        bit_or(flags) as flags
    from {{ relation }}
    where borrower_group is not null and leaf_band is not null
    group by
        branch_id,
        customer_id,
        borrower_group,
        leaf_band
),

-- an organisation counts a customer of several of its branches once; a branch has nothing to merge
org_customer as (
    select
        member.org_id,
        branch_customer.borrower_group,
        branch_customer.leaf_band,
        branch_customer.flags
    from branch_customer
    inner join {{ ref('int_org_member') }} as member
        on branch_customer.branch_id = member.branch_id and member.org_level = 'branch'
    union all
    select
        member.org_id,
        branch_customer.borrower_group,
        branch_customer.leaf_band,
        bit_or(branch_customer.flags) as flags
    from branch_customer
    inner join {{ ref('int_org_member') }} as member
        on branch_customer.branch_id = member.branch_id and member.org_level <> 'branch'
    group by
        member.org_id,
        branch_customer.customer_id,
        branch_customer.borrower_group,
        branch_customer.leaf_band
),

like_customer as (
    select
        org_id,
        borrower_group,
        leaf_band,
        flags,
        count(*) as customer_count
    from org_customer
    group by
        org_id,
        borrower_group,
        leaf_band,
        flags
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
            and like_loan.flags & cell_map.flag <> 0
    inner join {{ ref('int_org_member') }} as member on like_loan.branch_id = member.branch_id
    group by
        member.org_id,
        cell_map.row_id,
        cell_map.band_id
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
            and like_customer.flags & cell_map.flag <> 0
    group by
        like_customer.org_id,
        cell_map.row_id,
        cell_map.band_id
),

form_row_id as (
    select distinct row_id from {{ ref('s71_row') }}
),

form_band_id as (
    select distinct band_id from {{ ref('s71_band') }}
),

cell as (
    select
        organisation.org_level,
        organisation.org_id,
        form_row_id.row_id,
        form_band_id.band_id,
        form_row_id.row_id || '.' || form_band_id.band_id as segment,
        coalesce(amount_cell.first_amount, 0) as first_amount,
        coalesce(amount_cell.second_amount, 0) as second_amount,
        cast(coalesce(customer_cell.customer_count, 0) as bigint) as customer_count
    from {{ ref('int_org') }} as organisation
    cross join form_row_id
    cross join form_band_id
    left join amount_cell
        on
            organisation.org_id = amount_cell.org_id
            and form_row_id.row_id = amount_cell.row_id
            and form_band_id.band_id = amount_cell.band_id
    left join customer_cell
        on
            organisation.org_id = customer_cell.org_id
            and form_row_id.row_id = customer_cell.row_id
            and form_band_id.band_id = customer_cell.band_id
    where organisation.is_active or organisation.is_in_year
)
{%- endmacro %}
