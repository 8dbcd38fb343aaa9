-- metrics: cm_pricing_to_person, cm_pricing_balance
-- loads: product_sale@year, scheme_param@period
-- labels: unit_price=产品单价|unit price
-- grain: one row per sale; of the share of priced products, the first sale of each
with

sale as (
    select
        sold.*,
        param.param_number as unit_price,
        row_number() over (
            partition by sold.product_code
            order by param.param_number is null, sold.sale_date, sold.sale_id
        ) as occurrence
    from product_sale_history as sold
    inner join run.run_month as month_window
        on sold.month = month_window.month and month_window.is_current_year
    left join int_scheme_param as param
        on
            sold.branch_id = param.org_id
            and param.scheme_id = 'branch_dept_scorecard'
            and param.param_name = 'product_unit_price:' || sold.product_code
    where list_contains($branches, sold.branch_id)
),

counted as (
    select
        product_family_code as segment,
        *
    from sale
    where $metric_id = 'cm_pricing_to_person' and unit_price is not null
    union all
    select
        'all' as segment,
        *
    from sale
    where
        ($metric_id = 'cm_pricing_to_person' and unit_price is not null)
        or ($metric_id = 'cm_pricing_balance' and occurrence = 1)
)

select
    segment,
    'product_sale' as ledger,
    branch_id,
    load_id,
    row_no,
    sale_id as row_key,
    case
        when $metric_id = 'cm_pricing_balance' then case when unit_price is null then 0 else 1 end
        else
            cast(unit_count as decimal(12, 0))
            * cast(coalesce(allocation_ratio, 1) as decimal(12, 9))
            * cast(unit_price as decimal(12, 4))
    end as numerator_part,
    1 as denominator_part,
    sale_date,
    product_code,
    unit_count,
    allocation_ratio,
    unit_price
from counted
