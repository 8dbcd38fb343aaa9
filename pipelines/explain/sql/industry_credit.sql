-- metrics: industry_credit_program_count
-- loads: credit_line@period, customer@rows, org_unit@period
-- labels: customer_row=客户依据|customer found in
-- grain: one row per branch and industry, at the first line granted this year
with

branch_group as (
    select
        'all' as segment,
        org_id
    from org_unit
    union all
    select
        'outer_ring' as segment,
        org_id
    from org_unit
    where marketing_zone_code = 'outer_ring' and org_type_code <> 'bank'
),

numbered as (
    select
        line.*,
        customer.industry_code,
        customer.load_id as customer_row_load_id,
        customer.row_no as customer_row_row_no,
        row_number() over (
            partition by line.branch_id, customer.industry_code
            order by line.effective_date, line.credit_line_id
        ) as occurrence
    from credit_line as line
    cross join run.run_context as context
    inner join customer on line.customer_id = customer.customer_id
    where
        line.program_code = 'industry'
        and line.effective_date between context.year_start and context.period_end
        and list_contains($branches, line.branch_id)
)

select
    branch_group.segment,
    'credit_line' as ledger,
    numbered.branch_id,
    numbered.load_id,
    numbered.row_no,
    numbered.credit_line_id as row_key,
    1 as numerator_part,
    cast(null as integer) as denominator_part,
    numbered.customer_id,
    numbered.industry_code,
    numbered.effective_date,
    numbered.customer_row_load_id,
    numbered.customer_row_row_no
from numbered
inner join branch_group on numbered.branch_id = branch_group.org_id
where numbered.occurrence = 1
