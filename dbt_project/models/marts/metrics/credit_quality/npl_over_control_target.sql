-- grain: one row per organisation (branch, county or bank); segment all
with

vintage as (
    select * from {{ ref('int_loan_vintage') }}
),

param as (
    select * from {{ ref('int_scheme_param') }}
    where scheme_id = 'postloan_2005'
),

organisation as (
    select * from {{ ref('int_org') }}
    where is_active
),

member as (
    select * from {{ ref('int_org_member') }}
),

source_gap as (
    select source_gap.*
    from {{ ref('int_source_gap') }} as source_gap
    inner join {{ source('run', 'run_context') }} as context
        on source_gap.month = context.period
    where source_gap.ledger = 'loan_account'
),

control as (
    select
        organisation.org_level,
        organisation.org_id,
        {{ ratio('target.param_number', '100') }} as target_ratio,
        start.param_value || '-01' as first_month,
        coalesce(
            case when target.param_number is null then 'missing_parameter:npl_control_target' end,
            case when start.param_number is null then 'missing_parameter:npl_control_start_year' end
        ) as reason_code
    from organisation
    left join param as target
        on
            organisation.org_id = target.org_id
            and target.param_name = 'npl_control_target'
    left join param as start
        on
            organisation.org_id = start.org_id
            and start.param_name = 'npl_control_start_year'
),

granted as (
    select
        control.org_level,
        control.org_id,
        sum(vintage.balance) as balance,
        sum(vintage.npl_balance) as npl_balance,
        max(coalesce(vintage.balance_reason, vintage.class_reason)) as reason_code
    from control
    inner join member
        on control.org_level = member.org_level and control.org_id = member.org_id
    inner join vintage
        on
            member.branch_id = vintage.branch_id
            and coalesce(control.first_month <= vintage.grant_month, true)
    group by
        control.org_level,
        control.org_id
),

compared as (
    select
        control.org_level,
        control.org_id,
        'all' as segment,
        {{ ratio('granted.npl_balance', 'granted.balance') }} as numerator,
        control.target_ratio as denominator,
        coalesce(source_gap.reason_code, control.reason_code, granted.reason_code) as reason_code
    from control
    left join granted
        on control.org_level = granted.org_level and control.org_id = granted.org_id
    left join source_gap on control.org_id = source_gap.org_id
),

measured as (
    select
        *,
        numerator - denominator as value
    from compared
)

{{ metric_rows('npl_over_control_target', 'measured', kind='gap') }}
