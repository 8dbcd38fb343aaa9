-- grain: one row per organisation (branch, county or bank); segment all
with

counted as (
    select
        branch_id,
        'all' as segment,
        interest_yuan - previous_interest_yuan as numerator,
        previous_interest_yuan as denominator,
        reason_code
    from {{ ref('int_interest_year_on_year') }}
),

{{ rolled_up('counted', ledgers=['loan_event'], months='year') }},

context as (
    select * from {{ source('run', 'run_context') }}
),

-- the same months of last year are needed too
missing as (
    select
        source_gap.org_id,
        min(source_gap.reason_code) as reason_code
    from {{ ref('int_source_gap') }} as source_gap
    inner join {{ source('run', 'run_month') }} as month_window
        on source_gap.month = month_window.month
    cross join context
    where
        source_gap.ledger = 'loan_event'
        and not month_window.is_current_year
        and substr(month_window.month, 6, 2) <= substr(context.period, 6, 2)
    group by source_gap.org_id
),

compared as (
    select
        measured.org_level,
        measured.org_id,
        measured.segment,
        measured.numerator,
        measured.denominator,
        coalesce(measured.reason_code, missing.reason_code) as reason_code
    from measured
    left join missing on measured.org_id = missing.org_id
)

{{ metric_rows('interest_yoy_change', 'compared') }}
