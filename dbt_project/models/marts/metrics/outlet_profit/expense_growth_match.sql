-- grain: one row per organisation (branch, county or bank); segment all
with

part as (
    select
        branch_id,
        amount as closing_expense,
        last_year_amount as opening_expense,
        0 as closing_balance,
        0 as opening_balance,
        cast(null as varchar) as reason_code
    from {{ ref('int_branch_expense') }}
    where business_line_code = 'inclusive' and item_group = 'cost'
    union all
    select
        branch_id,
        0 as closing_expense,
        0 as opening_expense,
        closing_balance,
        opening_balance,
        reason_code
    from {{ ref('int_inclusive_year_ago') }}
),

-- both growths are of sums: the organisation's expense and the organisation's balance
counted as (
    select
        branch_id,
        'expense' as segment,
        closing_expense as numerator,
        opening_expense as denominator,
        reason_code
    from part
    union all
    select
        branch_id,
        'balance' as segment,
        closing_balance as numerator,
        opening_balance as denominator,
        reason_code
    from part
),

{{ rolled_up(
    'counted',
    ledgers=['branch_expense'],
    months=['year', 'last_year'],
    segments=['expense', 'balance']
) }},

loan_gap as (
    select
        source_gap.org_id,
        min(source_gap.reason_code) as reason_code
    from {{ ref('int_source_gap') }} as source_gap
    cross join {{ source('run', 'run_context') }} as context
    where
        source_gap.ledger = 'loan_account'
        and source_gap.month in (
            context.period, {{ month_of(add_years('context.period_end', -1)) }}
        )
    group by source_gap.org_id
),

growth as (
    select
        expense.org_level,
        expense.org_id,
        {{ ratio('expense.numerator - expense.denominator', 'expense.denominator') }}
            as expense_growth,
        {{ ratio('balance.numerator - balance.denominator', 'balance.denominator') }}
            as balance_growth,
        -- growth(expense) against growth(balance), multiplied out by the two positive bases: exact
        case
            when
                {{ in_fen('expense.numerator') }} * {{ in_fen('balance.denominator') }}
                < {{ in_fen('balance.numerator') }} * {{ in_fen('expense.denominator') }}
                then -1
            when
                {{ in_fen('expense.numerator') }} * {{ in_fen('balance.denominator') }}
                > {{ in_fen('balance.numerator') }} * {{ in_fen('expense.denominator') }}
                then 1
            else 0
        end as gap_sign,
        coalesce(expense.reason_code, balance.reason_code, loan_gap.reason_code) as reason_code
    from measured as expense
    inner join measured as balance
        on
            expense.org_level = balance.org_level
            and expense.org_id = balance.org_id
            and expense.segment = 'expense'
            and balance.segment = 'balance'
    left join loan_gap on expense.org_id = loan_gap.org_id
),

compared as (
    select
        org_level,
        org_id,
        'all' as segment,
        expense_growth as numerator,
        balance_growth as denominator,
        case
            when expense_growth is null or balance_growth is null then null
            when gap_sign < 0 and expense_growth - balance_growth >= 0 then -0.000001
            when gap_sign > 0 and expense_growth - balance_growth <= 0 then 0.000001
            else expense_growth - balance_growth
        end as value,
        reason_code
    from growth
)

{{ metric_rows('expense_growth_match', 'compared', kind='gap') }}
