-- grain: one row per date (period_end, base), branch: balance in the listed industries
with

loan_now as (
    select * from {{ ref('loan_account') }}
),

loan_history as (
    select * from {{ ref('loan_account_history') }}
),

organisation as (
    select * from {{ ref('int_org') }}
    where org_level <> 'county'
),

param as (
    select * from {{ ref('int_scheme_param') }}
    where scheme_id = 'lanxi_five_year'
),

switch_value as (
    select * from {{ ref('int_switch_value') }}
    where switch_name = 'two_high_base'
),

context as (
    select * from {{ source('run', 'run_context') }}
),

-- the bank's list of GB/T 4754 codes; a shorter code stands for all below it
reading as (
    select
        organisation.org_id as branch_id,
        organisation.org_level,
        organisation.is_active,
        switch_value.switch_value as base,
        ',' || replace(replace(listed.param_value, ' ', ''), '、', ',') || ',' as listed,
        balance.param_number as base_balance
    from organisation
    inner join switch_value on organisation.org_id = switch_value.org_id
    left join param as listed
        on
            organisation.org_id = listed.org_id
            and listed.param_name = 'two_high_one_surplus_industries'
    left join param as balance
        on
            organisation.org_id = balance.org_id
            and balance.param_name = 'two_high_one_surplus_base_balance'
            and balance.is_own
),

loan as (
    select
        'period_end' as point_code,
        branch_id,
        industry_code,
        balance
    from loan_now
    union all
    select
        'base' as point_code,
        loan_history.branch_id,
        loan_history.industry_code,
        loan_history.balance
    from loan_history
    inner join context on loan_history.month = context.previous_year_end_period
),

by_industry as (
    select
        point_code,
        branch_id,
        industry_code,
        sum(balance) as balance
    from loan
    group by
        point_code,
        branch_id,
        industry_code
),

by_point as (
    select
        by_industry.point_code,
        by_industry.branch_id,
        by_industry.balance,
        cast(null as varchar) as reason_code
    from by_industry
    inner join reading on by_industry.branch_id = reading.branch_id
    where
        (by_industry.point_code = 'period_end' or reading.base = 'previous_year_end')
        and (
            reading.listed like '%,' || by_industry.industry_code || ',%'
            or reading.listed like '%,' || substr(by_industry.industry_code, 1, 1) || ',%'
            or reading.listed like '%,' || substr(by_industry.industry_code, 1, 3) || ',%'
            or reading.listed like '%,' || substr(by_industry.industry_code, 1, 4) || ',%'
        )
    union all
    select
        'base' as point_code,
        branch_id,
        base_balance as balance,
        case
            when base_balance is null
                then 'missing_parameter:two_high_one_surplus_base_balance'
        end as reason_code
    from reading
    where base = 'parameter' and org_level = 'branch' and is_active
    union all
    select
        'period_end' as point_code,
        branch_id,
        0 as balance,
        'missing_parameter:two_high_one_surplus_industries' as reason_code
    from reading
    where listed is null
)

select * from by_point
