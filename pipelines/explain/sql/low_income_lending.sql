-- metrics: low_income_farm_loan_cumulative
-- loads: loan_event@year, customer@rows, scheme_param@rows
-- grain: one row per posting of the year, and the branch's amount before the year
select
    'all' as segment,
    'loan_event' as ledger,
    event.branch_id,
    event.load_id,
    event.row_no,
    event.event_id as row_key,
    event.principal_amount as numerator_part,
    cast(null as decimal(18, 2)) as denominator_part,
    event.event_date,
    event.customer_id,
    customer.is_low_income
from loan_event_history as event
cross join run.run_context as context
inner join customer on event.customer_id = customer.customer_id
where
    list_contains($branches, event.branch_id)
    and event.event_type_code = 'disburse'
    and event.month between strftime(context.year_start, '%Y-%m') and context.period
    and customer.is_low_income
union all
select
    'all' as segment,
    'scheme_param' as ledger,
    param.org_id as branch_id,
    param.load_id,
    param.row_no,
    param.param_name as row_key,
    cast(param.param_value as decimal(18, 2)) as numerator_part,
    cast(null as decimal(18, 2)) as denominator_part,
    param.effective_date as event_date,
    cast(null as varchar) as customer_id,
    cast(null as boolean) as is_low_income
from scheme_param as param
cross join run.run_context as context
where
    list_contains($branches, param.org_id)
    and param.scheme_id = 'lanxi_five_year'
    and param.param_name = 'low_income_farm_loan_before_year'
    and param.effective_date <= context.period_end
    and coalesce(param.expiry_date >= context.period_end, true)
    and exists (
        select 1 from int_org as organisation
        where
            organisation.org_id = param.org_id
            and organisation.org_level = 'branch'
            and organisation.is_active
    )
