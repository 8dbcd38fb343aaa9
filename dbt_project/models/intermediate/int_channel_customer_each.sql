-- grain: one row per branch and customer: channels used within the months of the parameter
{{ config(materialized='ephemeral') }}

with

deposit as (
    select * from {{ ref('customer_deposit') }}
),

corporate as (
    select customer_id
    from {{ ref('customer') }}
    where borrower_category_code in ('enterprise', 'other_organisation')
),

organisation as (
    select * from {{ ref('int_org') }}
    where org_level <> 'county'
),

-- what makes a customer effective is not printed (AMB-095): without the bank's months nobody knows
param as (
    select
        org_id,
        cast(param_number as integer) as months
    from {{ ref('int_scheme_param') }}
    where scheme_id = 'lanxi_five_year' and param_name = 'effective_customer_months'
),

context as (
    select * from {{ source('run', 'run_context') }}
),

since as (
    select
        organisation.org_id as branch_id,
        {{ add_months('context.period_end', '-param.months') }} as since_date,
        case
            when param.org_id is null then 'missing_parameter:effective_customer_months'
            when param.months is null then 'invalid_parameter:effective_customer_months'
        end as reason_code
    from organisation
    cross join context
    left join param on organisation.org_id = param.org_id
),

used as (
    select
        deposit.branch_id,
        deposit.customer_id,
        deposit.has_settlement_account,
        corporate.customer_id is not null as is_corporate,
        coalesce(
            deposit.mobile_last_date > since.since_date
            and deposit.mobile_last_date <= context.period_end,
            false
        ) as is_mobile_effective,
        coalesce(
            deposit.e_pay_last_date > since.since_date
            and deposit.e_pay_last_date <= context.period_end,
            false
        ) as is_e_pay_effective,
        coalesce(
            deposit.corporate_bank_last_date > since.since_date
            and deposit.corporate_bank_last_date <= context.period_end,
            false
        ) as is_corporate_bank_effective,
        cast(null as varchar) as reason_code
    from deposit
    cross join context
    inner join since on deposit.branch_id = since.branch_id
    left join corporate on deposit.customer_id = corporate.customer_id
    where since.reason_code is null
    union all
    select
        branch_id,
        cast(null as varchar) as customer_id,
        false as has_settlement_account,
        false as is_corporate,
        false as is_mobile_effective,
        false as is_e_pay_effective,
        false as is_corporate_bank_effective,
        reason_code
    from since
    where reason_code is not null
)

select * from used
