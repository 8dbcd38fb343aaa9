-- grain: one row per organisation (branch, county or bank); segment all
with

counted as (
    select
        branch_id,
        'all' as segment,
        customer_id,
        customer_count,
        has_settlement_account and is_corporate_bank_effective as numerator,
        has_settlement_account as denominator,
        reason_code
    from {{ ref('int_channel_customer') }}
    where is_corporate or reason_code is not null
),

{{ rolled_up(
    'counted',
    ledgers=['customer_deposit', 'customer'],
    columns=['customer_deposit.corporate_bank_last_date'],
    distinct='customer_id',
    many='customer_count'
) }}

{{ metric_rows('corp_ebank_effective_coverage', 'measured') }}
