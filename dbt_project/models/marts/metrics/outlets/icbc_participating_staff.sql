-- grain: one row per organisation (branch, county or bank) and segment
with

counted as (
    select
        branch_id,
        participation_code as segment,
        staff_id,
        true as numerator,
        false as denominator,
        case when has_unknown_loan then 'no_source:loan_account.is_inclusive' end as reason_code
    from {{ ref('int_participation_staff') }}
    where participation_code in ('marketing', 'initiating')
),

{{ rolled_up(
    'counted',
    ledgers=['business_participation', 'loan_account'],
    months='year',
    segments=['marketing', 'initiating'],
    distinct='staff_id',
    columns=['business_participation.staff_id']
) }}

{{ metric_rows('icbc_participating_staff', 'measured', kind='count') }}
