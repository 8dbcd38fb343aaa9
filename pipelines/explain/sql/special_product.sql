-- metrics: special_product_count
-- loads: loan_account@period, scheme_param@period
-- labels: listed=产品清单|listed products
-- grain: one row per product of the list in use, at one of its loans
with

listed as (
    select
        org_id,
        case param_name
            when 'huidai_special_products' then 'huidai_subcategories'
            else 'strong_county_pilot_products'
        end as segment,
        string_split(replace(replace(param_value, ' ', ''), '、', ','), ',') as codes,
        param_value as listed
    from int_scheme_param
    where
        scheme_id = 'ganyin_five_projects'
        and param_name in ('huidai_special_products', 'strong_county_special_products')
),

numbered as (
    select
        loan.*,
        listed.segment,
        listed.listed,
        row_number() over (
            partition by listed.segment, loan.product_code
            order by loan.disbursement_date desc, loan.loan_id
        ) as occurrence
    from loan_account as loan
    cross join run.run_context as context
    inner join listed
        on loan.branch_id = listed.org_id and list_contains(listed.codes, loan.product_code)
    where
        list_contains($branches, loan.branch_id)
        and loan.disbursement_date <= context.period_end
        and case listed.segment
            when 'huidai_subcategories' then loan.balance > 0
            else loan.disbursement_date >= context.year_start
        end
)

select
    segment,
    'loan_account' as ledger,
    branch_id,
    load_id,
    row_no,
    loan_id as row_key,
    1 as numerator_part,
    cast(null as integer) as denominator_part,
    product_code,
    product_name,
    disbursement_date,
    balance,
    listed
from numbered
where occurrence = 1
