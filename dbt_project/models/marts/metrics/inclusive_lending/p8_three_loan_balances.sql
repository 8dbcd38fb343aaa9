-- grain: one row per organisation (branch, county or bank); segment
with

loan as (
    select * from {{ ref('int_customer_loan') }}
),

column_gap as (
    select column_gap.*
    from {{ ref('int_column_gap') }} as column_gap
    inner join {{ source('run', 'run_context') }} as context on column_gap.month = context.period
    where
        column_gap.ledger = 'loan_account'
        and column_gap.column_name = 'guarantee_type_code'
),

counted as (
    select
        loan.branch_id,
        'credit_loan' as segment,
        loan.credit_balance as numerator,
        cast(null as bigint) as denominator,
        column_gap.reason_code
    from loan
    left join column_gap on loan.branch_id = column_gap.org_id
    union all
    select
        branch_id,
        'farm_household_loan' as segment,
        balance as numerator,
        cast(null as bigint) as denominator,
        farm_household_reason as reason_code
    from loan
    where is_farm_household or farm_household_reason is not null
    union all
    select
        branch_id,
        'small_micro_loan' as segment,
        small_micro_balance as numerator,
        cast(null as bigint) as denominator,
        small_micro_reason as reason_code
    from loan
),

{{ rolled_up(
    'counted',
    ledgers=['loan_account', 'customer'],
    segments=['credit_loan', 'farm_household_loan', 'small_micro_loan']
) }}

{{ metric_rows('p8_three_loan_balances', 'measured', kind='amount') }}
