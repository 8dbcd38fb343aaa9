-- metrics: personal_credit_coverage_rate
-- loads: customer@period, credit_line@period, admin_unit@period
-- labels: line_row=授信依据|credit line
-- grain: numerator: one row per individual customer; denominator: one per village or community
with

line as (
    select
        credit_line.*,
        row_number() over (partition by credit_line.customer_id order by credit_line.credit_line_id)
            as occurrence
    from credit_line
    cross join run.run_context as context
    where
        credit_line.status_code = 'active'
        and credit_line.effective_date <= context.period_end
        and coalesce(credit_line.expiry_date >= context.period_end, true)
)

select
    'all' as segment,
    'customer' as ledger,
    customer.branch_id,
    customer.load_id,
    customer.row_no,
    customer.customer_id as row_key,
    1 as numerator_part,
    cast(null as integer) as denominator_part,
    customer.borrower_category_code,
    cast(null as varchar) as admin_unit_name,
    line.load_id as line_row_load_id,
    line.row_no as line_row_row_no
from customer
inner join line on customer.customer_id = line.customer_id and line.occurrence = 1
where
    list_contains($branches, customer.branch_id)
    and customer.borrower_category_code not in ('enterprise', 'other_organisation')
union all
select
    'all' as segment,
    'admin_unit' as ledger,
    branch_id,
    load_id,
    row_no,
    admin_unit_id as row_key,
    cast(null as integer) as numerator_part,
    population as denominator_part,
    cast(null as varchar) as borrower_category_code,
    admin_unit_name,
    cast(null as varchar) as line_row_load_id,
    cast(null as bigint) as line_row_row_no
from admin_unit
where list_contains($branches, branch_id)
