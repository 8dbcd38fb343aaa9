-- grain: one row per branch, group of special products and product of the bank's list in use there
with

loan as (
    select * from {{ ref('loan_account') }}
),

organisation as (
    select * from {{ ref('int_org') }}
    where org_level <> 'county'
),

param as (
    select * from {{ ref('int_scheme_param') }}
    where scheme_id = 'ganyin_five_projects'
),

context as (
    select * from {{ source('run', 'run_context') }}
),

list_group (segment, param_name) as (
    values
    ('strong_county_pilot_products', 'strong_county_special_products'),
    ('huidai_subcategories', 'huidai_special_products')
),

reading as (
    select
        organisation.org_id as branch_id,
        list_group.segment,
        list_group.param_name,
        ',' || replace(replace(param.param_value, ' ', ''), '、', ',') || ',' as listed
    from organisation
    cross join list_group
    left join param
        on organisation.org_id = param.org_id and list_group.param_name = param.param_name
),

by_product as (
    select
        loan.branch_id,
        loan.product_code,
        sum(loan.balance) as balance,
        max(loan.disbursement_date) as last_date
    from loan
    cross join context
    where loan.disbursement_date <= context.period_end
    group by
        loan.branch_id,
        loan.product_code
),

special_product as (
    select
        reading.branch_id,
        reading.segment,
        by_product.product_code,
        case reading.segment
            when 'huidai_subcategories' then by_product.balance > 0
            else by_product.last_date >= context.year_start
        end as is_counted,
        cast(null as varchar) as reason_code
    from reading
    cross join context
    inner join by_product
        on
            reading.branch_id = by_product.branch_id
            and reading.listed like '%,' || by_product.product_code || ',%'
    union all
    select
        branch_id,
        segment,
        cast(null as varchar) as product_code,
        false as is_counted,
        'missing_parameter:' || param_name as reason_code
    from reading
    where listed is null
)

select * from special_product
