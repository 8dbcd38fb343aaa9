-- metrics: intermediary_and_new_business
-- loads: product_sale@year
-- grain: one row per sale of the year, in its own family and in all
select
    segment.segment,
    'product_sale' as ledger,
    sale.branch_id,
    sale.load_id,
    sale.row_no,
    sale.sale_id as row_key,
    sale.unit_count * coalesce(sale.allocation_ratio, 1) as numerator_part,
    cast(null as decimal(18, 2)) as denominator_part,
    sale.sale_date,
    sale.product_family_code,
    sale.unit_count,
    sale.allocation_ratio
from product_sale_history as sale
inner join run.run_context as context
    on sale.sale_date between context.year_start and context.period_end
cross join (select unnest(['own', 'all']) as place) as twice
cross join lateral (
    select case twice.place when 'all' then 'all' else sale.product_family_code end as segment
) as segment
where
    list_contains($branches, sale.branch_id)
    and sale.product_family_code
    in ('wealth', 'insurance', 'card', 'acquiring', 'payroll', 'e_channel', 'intermediary')
