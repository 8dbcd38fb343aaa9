-- metrics: inclusive_small_micro_net_increase
-- loads: loan_account@period, loan_account@year_start, org_unit@period
-- grain: one row per loan note flagged inclusive with a balance, at either date (opening negative)
with

branch_group as (
    select
        'all' as segment,
        org_id
    from org_unit
    union all
    select
        'township_outlets' as segment,
        org_id
    from org_unit
    where location_code = 'township' and org_type_code <> 'bank'
    union all
    select
        'strong_county_pilot_branches' as segment,
        org_id
    from org_unit
    where is_strong_county_pilot and org_type_code <> 'bank'
),

loan as (
    select
        branch_id,
        load_id,
        row_no,
        loan_id,
        balance,
        data_date,
        is_inclusive,
        contract_status_code
    from loan_account
    union all
    select
        history.branch_id,
        history.load_id,
        history.row_no,
        history.loan_id,
        -history.balance as balance,
        history.data_date,
        history.is_inclusive,
        history.contract_status_code
    from loan_account_history as history
    inner join run.run_context as context on history.month = context.previous_year_end_period
)

select
    branch_group.segment,
    'loan_account' as ledger,
    loan.branch_id,
    loan.load_id,
    loan.row_no,
    loan.loan_id as row_key,
    loan.balance as numerator_part,
    cast(null as decimal(18, 2)) as denominator_part,
    loan.data_date,
    loan.is_inclusive,
    loan.contract_status_code
from loan
inner join branch_group on loan.branch_id = branch_group.org_id
where list_contains($branches, loan.branch_id) and loan.is_inclusive and loan.balance <> 0
