-- grain: one row per organisation (branch, county or bank); segment
with

industry_credit as (
    select * from {{ ref('int_industry_credit') }}
),

branch_group as (
    select * from {{ ref('int_branch_group') }}
    where segment in ('all', 'outer_ring')
),

counted as (
    select
        industry_credit.branch_id,
        branch_group.segment,
        industry_credit.program_key,
        true as numerator,
        false as denominator,
        coalesce(industry_credit.reason_code, branch_group.reason_code) as reason_code
    from industry_credit
    inner join branch_group on industry_credit.branch_id = branch_group.branch_id
),

{{ rolled_up(
    'counted',
    ledgers=['credit_line', 'customer'],
    segments=['all', 'outer_ring'],
    columns=['credit_line.program_code'],
    distinct='program_key'
) }}

{{ metric_rows('industry_credit_program_count', 'measured', kind='count') }}
