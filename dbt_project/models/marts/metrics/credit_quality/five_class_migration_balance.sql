-- grain: one row per organisation (branch, county or bank) and pair of classes
with

migration as (
    select * from {{ ref('int_class_migration') }}
),

class as (
    select code
    from {{ ref('ledger_code') }}
    where ledger = 'loan_account' and column_name = 'five_class_code'
),

from_class as (
    select code from class
    union all
    select 'new' as code
),

to_class as (
    select code from class
    union all
    select 'settled' as code
    union all
    select 'written_off' as code
),

-- what is new has a balance
pair as (
    select from_class.code || '_to_' || to_class.code as segment
    from from_class
    cross join to_class
    where from_class.code <> 'new' or to_class.code not in ('settled', 'written_off')
),

counted as (
    select
        branch_id,
        from_class || '_to_' || to_class as segment,
        balance as numerator,
        1 as denominator,
        cast(null as varchar) as reason_code
    from migration
    union all
    -- an unknown class leaves every pair of the branch unknown
    select
        migration.branch_id,
        pair.segment,
        0 as numerator,
        1 as denominator,
        migration.reason_code
    from migration
    cross join pair
    where migration.reason_code is not null
),

{{ rolled_up(
    'counted',
    ledgers=['loan_account'],
    months=['period', 'year_start'],
    segment_relation='pair'
) }}

{{ metric_rows('five_class_migration_balance', 'measured', kind='amount') }}
