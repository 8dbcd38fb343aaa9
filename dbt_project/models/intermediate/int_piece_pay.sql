-- grain: one row per branch and product sold this year: units, price and piece pay
with

sale as (
    select * from {{ ref('product_sale_history') }}
),

month_window as (
    select * from {{ source('run', 'run_month') }}
    where is_current_year
),

param as (
    select * from {{ ref('int_scheme_param') }}
    where scheme_id = 'branch_dept_scorecard' and param_name like 'product_unit_price:%'
),

price_list as (
    select
        org_id,
        count(*) as price_count
    from param
    group by org_id
),

-- what one seller did alone has no allocation ratio
sold as (
    select
        sale.branch_id,
        sale.product_family_code,
        sale.product_code,
        sum(
            cast(sale.unit_count as decimal(12, 0))
            * cast(coalesce(sale.allocation_ratio, 1) as decimal(18, 9))
        ) as unit_share
    from sale
    inner join month_window on sale.month = month_window.month
    group by
        sale.branch_id,
        sale.product_family_code,
        sale.product_code
),

priced as (
    select
        sold.branch_id,
        sold.product_family_code,
        sold.product_code,
        param.param_number is not null as is_priced,
        cast(sold.unit_share as decimal(24, 9)) * cast(param.param_number as decimal(12, 4))
            as piece_pay,
        case
            when price_list.org_id is null
                then 'missing_parameter:product_unit_price:' || sold.product_code
            when param.org_id is not null and param.param_number is null
                then 'invalid_parameter:product_unit_price:' || sold.product_code
        end as reason_code
    from sold
    left join param
        on
            sold.branch_id = param.org_id
            and param.param_name = 'product_unit_price:' || sold.product_code
    left join price_list on sold.branch_id = price_list.org_id
)

select * from priced
