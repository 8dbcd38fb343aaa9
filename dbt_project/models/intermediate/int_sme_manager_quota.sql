-- grain: one row per strong-county pilot branch open at period end: how many managers it may have
with

outlet as (
    select * from {{ ref('int_outlet') }}
    where is_strong_county_pilot
),

portfolio as (
    select * from {{ ref('int_inclusive_portfolio') }}
),

param as (
    select * from {{ ref('int_scheme_param') }}
    where scheme_id = 'ganyin_five_projects'
),

switch as (
    select * from {{ ref('int_switch_value') }}
    where switch_name = 'sme_manager_quota_base'
),

crossing as (
    select
        org_id,
        max(case when param_name = 'sme_manager_crossing_balance' then param_number end)
            as crossing_balance,
        max(case when param_name = 'sme_manager_crossing_households' then param_number end)
            as crossing_households
    from param
    group by org_id
),

-- Both increments count from the thresholds, or from what the branch had when it crossed them
-- (AMB-071): 300 million yuan and 200 households, by 100 million and 50.
based as (
    select
        outlet.branch_id,
        coalesce(portfolio.inclusive_balance, 0) as inclusive_balance,
        coalesce(portfolio.household_count, 0) as household_count,
        case
            when switch.switch_value = 'crossing_value' then crossing.crossing_balance
            else 300000000
        end as base_balance,
        case
            when switch.switch_value = 'crossing_value' then crossing.crossing_households
            else 200
        end as base_households,
        case
            when portfolio.unknown_count > 0 then 'no_source:loan_account.is_inclusive'
            when switch.switch_value <> 'crossing_value' then null
            when crossing.crossing_balance is null
                then 'missing_parameter:sme_manager_crossing_balance'
            when crossing.crossing_households is null
                then 'missing_parameter:sme_manager_crossing_households'
        end as reason_code
    from outlet
    inner join switch on outlet.branch_id = switch.org_id
    left join portfolio on outlet.branch_id = portfolio.branch_id
    left join crossing on outlet.branch_id = crossing.org_id
),

step as (
    select
        *,
        {{ share_floor(in_fen('(inclusive_balance - base_balance)'), 1, 10000000000) }}
            as balance_steps,
        {{ share_floor('cast(household_count - base_households as bigint)', 1, 50) }}
            as household_steps
    from based
),

quota as (
    select
        branch_id,
        inclusive_balance,
        household_count,
        case
            when reason_code is not null then null
            when inclusive_balance > 300000000 and household_count > 200
                then greatest(least(balance_steps, household_steps), 0)
            else 0
        end as extra_count,
        reason_code
    from step
)

select * from quota
