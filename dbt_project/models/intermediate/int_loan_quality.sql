-- grain: one row per point (period_end, year_start) and branch
with

loan_now as (
    select * from {{ ref('loan_account') }}
),

loan_history as (
    select * from {{ ref('loan_account_history') }}
),

context as (
    select * from {{ source('run', 'run_context') }}
),

loan as (
    select
        'period_end' as point_code,
        branch_id,
        five_class_code,
        purpose_code,
        balance,
        is_inclusive
    from loan_now
    union all
    select
        'year_start' as point_code,
        loan_history.branch_id,
        loan_history.five_class_code,
        loan_history.purpose_code,
        loan_history.balance,
        loan_history.is_inclusive
    from loan_history
    inner join context on loan_history.month = context.previous_year_end_period
),

classed as (
    select
        *,
        five_class_code in ('substandard', 'doubtful', 'loss') as is_npl
    from loan
),

-- A column that a source does not have is NULL: its reason makes the figures that need it unknown.
by_branch as (
    select
        point_code,
        branch_id,
        sum(case when balance > 0 then 1 else 0 end) as loan_count,
        sum(balance) as balance,
        {%- for class in ['normal', 'special_mention', 'substandard', 'doubtful', 'loss'] %}
        sum(case when five_class_code = '{{ class }}' and balance > 0 then 1 else 0 end)
            as {{ class }}_count,
        sum(case when five_class_code = '{{ class }}' then balance else 0 end)
            as {{ class }}_balance,
        {%- endfor %}
        sum(case when is_npl then balance else 0 end) as npl_balance,
        sum(case when is_inclusive then balance else 0 end) as inclusive_balance,
        sum(case when is_inclusive and is_npl then balance else 0 end) as inclusive_npl_balance,
        sum(case when purpose_code = 'housing' then balance else 0 end) as housing_balance,
        sum(case when purpose_code = 'consumption' then balance else 0 end)
            as consumption_balance,
        max(case when balance is null then 'no_source:loan_account.balance' end)
            as balance_reason,
        max(case when five_class_code is null then 'no_source:loan_account.five_class_code' end)
            as class_reason,
        max(case when is_inclusive is null then 'no_source:loan_account.is_inclusive' end)
            as inclusive_reason,
        max(case when purpose_code is null then 'no_source:loan_account.purpose_code' end)
            as purpose_reason
    from classed
    group by
        point_code,
        branch_id
)

select * from by_branch
