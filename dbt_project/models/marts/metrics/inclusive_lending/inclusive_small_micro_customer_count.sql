-- grain: one row per organisation (branch, county or bank); segment and definition
with

loan as (
    select * from {{ ref('int_customer_loan') }}
),

branch_group as (
    select * from {{ ref('int_branch_group') }}
    where segment in ('all', 'township_outlets')
),

threshold as (
    select * from {{ ref('metric_threshold') }}
    where metric_id = 'inclusive_small_micro_customer_count' and measure = 'single_borrower_credit'
),

-- the first definition takes the flag of the loan, the others the borrower and its credit
defined as (
    select
        'inclusive_small_micro_customer_count@1' as definition_id,
        branch_id,
        customer_id,
        customer_count,
        inclusive_balance,
        inclusive_reason as reason_code
    from loan
    union all
    select
        threshold.definition_id,
        loan.branch_id,
        loan.customer_id,
        loan.customer_count,
        loan.operating_balance as inclusive_balance,
        loan.size_reason as reason_code
    from loan
    cross join threshold
    where
        loan.size_reason is not null
        or (
            loan.is_small_micro_borrower
            and case threshold.operator
                when '<' then loan.credit_total < threshold.limit_value
                else loan.credit_total <= threshold.limit_value
            end
        )
),

counted as (
    select
        defined.branch_id,
        defined.definition_id,
        branch_group.segment,
        defined.customer_id,
        defined.customer_count,
        defined.inclusive_balance > 0 as numerator,
        false as denominator,
        coalesce(defined.reason_code, branch_group.reason_code) as reason_code
    from defined
    inner join branch_group on defined.branch_id = branch_group.branch_id
),

{{ rolled_up(
    'counted',
    ledgers=['loan_account', 'customer', 'credit_line'],
    segments=['all', 'township_outlets'],
    definitions='inclusive_small_micro_customer_count',
    distinct='customer_id',
    many='customer_count'
) }}

{{ metric_rows(
    'inclusive_small_micro_customer_count', 'measured', kind='count', definitions=true
) }}
