-- grain: one row per organisation (branch, county or bank); segment
with

status as (
    select * from {{ ref('int_loan_status') }}
),

branch_group as (
    select * from {{ ref('int_branch_group') }}
    where segment in ('all', 'strong_county_pilot_branches', 'township_outlets')
),

counted as (
    select
        status.branch_id,
        branch_group.segment,
        case when status.point_code = 'period_end' then 1 else -1 end * status.inclusive_balance
            as numerator,
        cast(null as bigint) as denominator,
        case
            when status.unknown_inclusive_count > 0 then 'no_source:loan_account.is_inclusive'
            when status.unknown_balance_count > 0 then 'no_source:loan_account.balance'
            else branch_group.reason_code
        end as reason_code
    from status
    inner join branch_group on status.branch_id = branch_group.branch_id
),

{{ rolled_up(
    'counted',
    ledgers=['loan_account'],
    months=['period', 'year_start'],
    segments=['all', 'strong_county_pilot_branches', 'township_outlets']
) }}

{{ metric_rows('inclusive_small_micro_net_increase', 'measured', kind='amount') }}
