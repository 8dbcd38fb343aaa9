-- grain: one row per branch and family of intermediary or new business sold in the year
with

sale as (
    select * from {{ ref('product_sale_history') }}
),

context as (
    select * from {{ source('run', 'run_context') }}
),

-- a sale that is not divided counts whole
by_family as (
    select
        sale.branch_id,
        sale.product_family_code,
        sum(sale.unit_count * coalesce(sale.allocation_ratio, 1)) as unit_count,
        max(case when sale.unit_count is null then 'no_source:product_sale.unit_count' end)
            as reason_code
    from sale
    inner join context on sale.sale_date between context.year_start and context.period_end
    where
        sale.product_family_code
        in ('wealth', 'insurance', 'card', 'acquiring', 'payroll', 'e_channel', 'intermediary')
    group by
        sale.branch_id,
        sale.product_family_code
)

select * from by_family
