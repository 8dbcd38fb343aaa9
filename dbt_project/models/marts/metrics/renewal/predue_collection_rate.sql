-- grain: one row per organisation (branch, county or bank); segment all
with

counted as (
    select
        branch_id,
        'all' as segment,
        reminded_count as numerator,
        due_count as denominator,
        reason_code
    from {{ ref('int_predue_reminder') }}
),

{{ rolled_up('counted', ledgers=['loan_account', 'engagement']) }},

missing as (
    select
        source_gap.org_id,
        min(source_gap.reason_code) as reason_code
    from {{ ref('int_source_gap') }} as source_gap
    cross join {{ source('run', 'run_context') }} as context
    where
        source_gap.ledger in ('loan_account', 'engagement')
        and source_gap.month = context.previous_period
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

{{ metric_rows('predue_collection_rate', 'known') }}
