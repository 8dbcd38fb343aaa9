-- grain: one row per organisation (branch, county or bank); segment all
with

counted as (
    select
        branch_id,
        customer_id,
        'all' as segment,
        is_won_back as numerator,
        true as denominator,
        cast(null as varchar) as reason_code
    from {{ ref('int_churn_revisit') }}
),

{{ rolled_up('counted', ledgers=['engagement'], months='year', distinct='customer_id') }},

missing as (
    select
        source_gap.org_id,
        min(source_gap.reason_code) as reason_code
    from {{ ref('int_source_gap') }} as source_gap
    cross join {{ source('run', 'run_context') }} as context
    where
        source_gap.ledger = 'loan_account'
        and source_gap.month = context.period
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

{{ metric_rows('churn_winback_rate', 'known') }}
