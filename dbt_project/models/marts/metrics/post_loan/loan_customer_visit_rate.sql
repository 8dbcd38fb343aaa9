-- grain: one row per organisation (branch, county or bank); segment all
with

counted as (
    select
        branch_id,
        customer_id,
        customer_count,
        'all' as segment,
        is_visited as numerator,
        true as denominator,
        reason_code
    from {{ ref('int_loan_customer_visit') }}
),

{{ rolled_up('counted', ledgers=['loan_account'], distinct='customer_id', many='customer_count') }},

missing as (
    select
        source_gap.org_id,
        min(source_gap.reason_code) as reason_code
    from {{ ref('int_source_gap') }} as source_gap
    cross join {{ source('run', 'run_context') }} as context
    where
        source_gap.ledger = 'engagement'
        and source_gap.month between {{ month_of('context.year_start') }} and context.period
    group by source_gap.org_id
),

known as (
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

{{ metric_rows('loan_customer_visit_rate', 'known') }}
