-- metrics: inclusive_outlet_coverage_rate, icbc_booking_outlet_ratio, icbc_marketing_outlet_ratio,
--     icbc_initiating_outlet_ratio, icbc_outlet_participation_metric, icbc_all_outlets_market
-- loads: org_unit@period, loan_account@period, business_participation@year, product_sale@year
-- labels: evidence_count=作为依据的记录数|rows that prove it
-- grain: one row per open outlet, with how many rows prove that it counts
with

outlet as (
    select org_unit.*
    from org_unit
    cross join run.run_context as context
    where
        list_contains($branches, org_unit.org_id)
        and org_unit.org_type_code <> 'bank'
        and coalesce(org_unit.opened_date <= context.period_end, true)
        and coalesce(org_unit.closed_date > context.period_end, true)
),

evidence as (
    select branch_id
    from loan_account
    where
        $metric_id = 'inclusive_outlet_coverage_rate'
        and is_inclusive
        and balance > 0
    union all
    select part.branch_id
    from business_participation_history as part
    inner join run.run_month as month_window
        on part.month = month_window.month and month_window.is_current_year
    left join loan_account as loan on part.loan_id = loan.loan_id
    where
        (part.loan_id is null or loan.is_inclusive)
        and (
            $metric_id = 'icbc_' || part.participation_code || '_outlet_ratio'
            or $metric_id = 'icbc_outlet_participation_metric'
        )
    union all
    select sale.branch_id
    from product_sale_history as sale
    inner join run.run_month as month_window
        on sale.month = month_window.month and month_window.is_current_year
    where
        $metric_id = 'icbc_all_outlets_market'
        and (sale.unit_count > 0 or sale.sale_amount > 0)
),

proven as (
    select
        branch_id,
        count(*) as evidence_count
    from evidence
    group by branch_id
)

select
    case $metric_id when 'inclusive_outlet_coverage_rate' then 'all_outlets' else 'all' end
        as segment,
    'org_unit' as ledger,
    outlet.org_id as branch_id,
    outlet.load_id,
    outlet.row_no,
    outlet.org_id as row_key,
    case when proven.branch_id is null then 0 else 1 end as numerator_part,
    1 as denominator_part,
    coalesce(proven.evidence_count, 0) as evidence_count,
    outlet.opened_date
from outlet
left join proven on outlet.org_id = proven.branch_id
