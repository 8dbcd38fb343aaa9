-- metrics: sme_manager_quota, sme_manager_extra_quota
-- loads: org_unit@period, loan_account@period, scheme_param@period
-- labels: inclusive_balance=普惠贷款余额|inclusive balance, household_count=普惠贷款户数|households,
--     extra_count=可增配人数|extra managers
-- grain: one row per strong-county pilot branch, with the balance and households behind it
with

portfolio as (
    select
        branch_id,
        coalesce(sum(balance) filter (where is_inclusive), 0) as inclusive_balance,
        count(distinct customer_id) filter (where is_inclusive and balance > 0)
            as household_count
    from loan_account
    group by branch_id
),

base as (
    select
        switch.org_id,
        case
            when switch.switch_value = 'crossing_value'
                then max(param.param_number) filter (
                    where param.param_name = 'sme_manager_crossing_balance'
                )
            else 300000000
        end as base_balance,
        case
            when switch.switch_value = 'crossing_value'
                then max(param.param_number) filter (
                    where param.param_name = 'sme_manager_crossing_households'
                )
            else 200
        end as base_households
    from int_switch_value as switch
    left join int_scheme_param as param
        on switch.org_id = param.org_id and param.scheme_id = 'ganyin_five_projects'
    where switch.switch_name = 'sme_manager_quota_base'
    group by
        switch.org_id,
        switch.switch_value
),

pilot as (
    select
        org_unit.*,
        coalesce(portfolio.inclusive_balance, 0) as inclusive_balance,
        coalesce(portfolio.household_count, 0) as household_count,
        case
            when portfolio.inclusive_balance > 300000000 and portfolio.household_count > 200
                then
                    greatest(
                        0,
                        least(
                            cast((portfolio.inclusive_balance - base.base_balance) * 100 as hugeint)
                            // 10000000000,
                            cast(portfolio.household_count - base.base_households as bigint) // 50
                        )
                    )
            else 0
        end as extra_count
    from org_unit
    cross join run.run_context as context
    inner join base on org_unit.org_id = base.org_id
    left join portfolio on org_unit.org_id = portfolio.branch_id
    where
        list_contains($branches, org_unit.org_id)
        and org_unit.is_strong_county_pilot
        and org_unit.org_type_code <> 'bank'
        and coalesce(org_unit.opened_date <= context.period_end, true)
        and coalesce(org_unit.closed_date > context.period_end, true)
)

select
    'strong_county_pilot_branch' as segment,
    'org_unit' as ledger,
    org_id as branch_id,
    load_id,
    row_no,
    org_id as row_key,
    case $metric_id when 'sme_manager_quota' then 3 + extra_count else extra_count end
        as numerator_part,
    cast(null as bigint) as denominator_part,
    inclusive_balance,
    household_count,
    extra_count
from pilot
