-- metrics: two_high_one_surplus_balance_change
-- loads: loan_account@period, loan_account@year_start, scheme_param@rows
-- switches: two_high_base
-- labels: listed=行业清单|listed industries
-- grain: one row per loan note of a listed industry with a balance, at either date (base negative)
with

listed as (
    select
        org_id,
        string_split(replace(replace(param_value, ' ', ''), '、', ','), ',') as codes,
        param_value as listed
    from int_scheme_param
    where scheme_id = 'lanxi_five_year' and param_name = 'two_high_one_surplus_industries'
),

switch as (
    select
        org_id,
        switch_value as two_high_base
    from int_switch_value
    where switch_name = 'two_high_base'
),

loan as (
    select
        branch_id,
        load_id,
        row_no,
        loan_id,
        balance,
        data_date,
        industry_code
    from loan_account
    union all
    select
        history.branch_id,
        history.load_id,
        history.row_no,
        history.loan_id,
        -history.balance as balance,
        history.data_date,
        history.industry_code
    from loan_account_history as history
    inner join run.run_context as context on history.month = context.previous_year_end_period
    inner join switch on history.branch_id = switch.org_id
    where switch.two_high_base = 'previous_year_end'
)

select
    'all' as segment,
    'loan_account' as ledger,
    loan.branch_id,
    loan.load_id,
    loan.row_no,
    loan.loan_id as row_key,
    loan.balance as numerator_part,
    cast(null as decimal(18, 2)) as denominator_part,
    loan.data_date,
    loan.industry_code,
    listed.listed
from loan
inner join listed on loan.branch_id = listed.org_id
where
    list_contains($branches, loan.branch_id)
    and loan.balance <> 0
    and (
        list_contains(listed.codes, loan.industry_code)
        or list_contains(listed.codes, loan.industry_code[1:1])
        or list_contains(listed.codes, loan.industry_code[1:3])
        or list_contains(listed.codes, loan.industry_code[1:4])
    )
union all
select
    'all' as segment,
    'scheme_param' as ledger,
    param.org_id as branch_id,
    param.load_id,
    param.row_no,
    param.param_name as row_key,
    -cast(param.param_value as decimal(18, 2)) as numerator_part,
    cast(null as decimal(18, 2)) as denominator_part,
    param.effective_date as data_date,
    cast(null as varchar) as industry_code,
    cast(null as varchar) as listed
from scheme_param as param
cross join run.run_context as context
inner join switch on param.org_id = switch.org_id
where
    switch.two_high_base = 'parameter'
    and list_contains($branches, param.org_id)
    and param.scheme_id = 'lanxi_five_year'
    and param.param_name = 'two_high_one_surplus_base_balance'
    and param.effective_date <= context.period_end
    and coalesce(param.expiry_date >= context.period_end, true)
