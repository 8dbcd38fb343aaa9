-- grain: one row per organisation bound to rcu_salary
with

pay_month as (
    select * from {{ ref('pay_month') }}
),

recovery as (
    select * from {{ ref('int_due_loan_recovery') }}
),

organisation as (
    select * from {{ ref('int_org') }}
),

param as (
    select * from {{ ref('int_scheme_param') }}
    where scheme_id = 'rcu_salary'
),

switch as (
    select * from {{ ref('int_switch') }}
),

printed as (
    select * from {{ ref('scheme_target') }}
    where scheme_id = 'rcu_salary'
),

context as (
    select * from {{ source('run', 'run_context') }}
),

clause as (
    select
        max(
            case
                when metric_id = 'due_loan_recovery_rate' and segment = 'branch.pool_deduction'
                    then target * 0.01
            end
        ) as recovery_standard,
        max(
            case when metric_id = 'recovery_shortfall_deduction_rate' then target * 0.01 end
        ) as shortfall_rate
    from printed
),

-- Below 99 % collected, a tenth of the amount missing to 99 % comes off the pool (step 14). There
-- is no ledger of incidents yet: the deduction of step 15 is zero and says so.
deduction as (
    select
        pay_month.org_id,
        context.period,
        context.period = substr(context.period, 1, 4) || '-12' as is_year_end,
        pay_month.gross_pool,
        pay_month.paid_to_date,
        case when recovery.reason_code is null then recovery.due_principal end
            as recovery_due_principal,
        case when recovery.reason_code is null then recovery.collected_principal end
            as recovery_collected_principal,
        case
            when recovery.reason_code is not null then null
            when
                recovery.collected_principal < clause.recovery_standard * recovery.due_principal
                then {{ to_fen(
                    'clause.shortfall_rate * ('
                    ~ 'clause.recovery_standard * recovery.due_principal'
                    ~ ' - recovery.collected_principal)'
                ) }}
            else 0
        end as recovery_deduction,
        0 as case_deduction,
        coalesce(pay_month.reason_code, recovery.reason_code) as own_reason
    from pay_month
    inner join context on pay_month.month = context.period
    inner join recovery on pay_month.org_id = recovery.org_id
    cross join clause
),

net as (
    select
        deduction.*,
        case
            when gross_pool - recovery_deduction - case_deduction < 0 then 0
            else gross_pool - recovery_deduction - case_deduction
        end as net_pool
    from deduction
),

-- The bank's own readings of step 16: one total is approved for all organisations together.
bank as (
    select
        organisation.bank_id,
        switch.approved_scope,
        switch.adjust_order
    from organisation
    inner join switch on organisation.org_id = switch.org_id
    where organisation.org_level = 'bank'
),

approved as (
    select
        bank.bank_id,
        bank.approved_scope,
        bank.adjust_order,
        case coalesce(param.unit, '元')
            when '元' then param.param_number
            when '万元' then param.param_number * 10000
        end as approved_total,
        case
            when param.org_id is null then 'missing_parameter:provincial_approved_total'
            when param.param_number is null or coalesce(param.unit, '元') not in ('元', '万元')
                then 'invalid_parameter:provincial_approved_total'
        end as reason_code
    from bank
    left join param
        on bank.bank_id = param.org_id and param.param_name = 'provincial_approved_total'
),

-- Where the approved total holds the base wages, these are taken out first: established posts x
-- base wage x 12 months (AMB-032).
base_wage as (
    select
        net.org_id,
        posts.param_number * wage.param_number * 12 as base_wage,
        case
            when posts.param_number is null then 'missing_parameter:establishment_headcount'
            when wage.param_number is null then 'missing_parameter:base_wage_per_head_month'
        end as reason_code
    from net
    left join param as posts
        on
            net.org_id = posts.org_id
            and posts.param_name = 'establishment_headcount'
            and posts.is_own
    left join param as wage
        on net.org_id = wage.org_id and wage.param_name = 'base_wage_per_head_month'
),

base_wage_total as (
    select
        sum(base_wage) as base_wage,
        min(reason_code) as reason_code
    from base_wage
),

to_share as (
    select
        approved.adjust_order,
        case
            when approved.approved_scope = 'total'
                then approved.approved_total - base_wage_total.base_wage
            else approved.approved_total
        end as performance_total,
        case
            when approved.reason_code is not null then approved.reason_code
            when approved.approved_scope = 'total' and base_wage_total.reason_code is not null
                then base_wage_total.reason_code
            when
                approved.approved_scope = 'total'
                and approved.approved_total < base_wage_total.base_wage
                then 'invalid_parameter:provincial_approved_total'
        end as reason_code
    from approved
    cross join base_wage_total
),

-- Pools that are adjusted: after the deductions as printed, or before them (AMB-033).
part as (
    select
        net.*,
        to_share.adjust_order,
        to_share.performance_total,
        to_share.reason_code as total_reason,
        case when to_share.adjust_order = 'adjust_first' then net.gross_pool else net.net_pool end
            as part_pool
    from net
    cross join to_share
),

whole as (
    select
        sum(part_pool) as whole_pool,
        count(*) - count(part_pool) as unknown_count,
        min(own_reason) as pool_reason
    from part
),

share as (
    select
        part.*,
        whole.whole_pool,
        case
            when part.own_reason is not null then part.own_reason
            when not part.is_year_end then 'not_year_end'
            when part.total_reason is not null then part.total_reason
            when whole.unknown_count > 0 then whole.pool_reason
            when whole.whole_pool = 0 then 'zero_denominator'
        end as reason_code,
        case
            when whole.unknown_count = 0 and whole.whole_pool > 0
                then {{ share_floor(
                    in_fen('part.performance_total'),
                    in_fen('part.part_pool'),
                    in_fen('whole.whole_pool'),
                ) }}
        end as floor_fen,
        case
            when whole.unknown_count = 0 and whole.whole_pool > 0
                then {{ share_rest(
                    in_fen('part.performance_total'),
                    in_fen('part.part_pool'),
                    in_fen('whole.whole_pool'),
                ) }}
        end as rest_fen
    from part
    cross join whole
),

-- largest remainder: the fen that rounding down leaves over go to the largest remainders, so that
-- the parts add up to the approved total exactly
ranked as (
    select
        share.*,
        {{ in_fen('performance_total') }} - sum(floor_fen) over () as left_over_fen,
        row_number() over (order by rest_fen desc, org_id asc) as remainder_rank
    from share
),

adjusted as (
    select
        ranked.*,
        (floor_fen + case when remainder_rank <= left_over_fen then 1 else 0 end) * 0.01
            as allocated
    from ranked
),

settled as (
    select
        adjusted.*,
        case
            when adjust_order <> 'adjust_first' then allocated
            when allocated - recovery_deduction - case_deduction < 0 then 0
            else allocated - recovery_deduction - case_deduction
        end as adjusted_after_deduction
    from adjusted
),

pay_settlement as (
    select
        org_id,
        period,
        cast(gross_pool as decimal(38, 2)) as gross_pool,
        cast(recovery_due_principal as decimal(38, 2)) as recovery_due_principal,
        cast(recovery_collected_principal as decimal(38, 2)) as recovery_collected_principal,
        {{ ratio('recovery_collected_principal', 'recovery_due_principal', places=9) }}
            as recovery_rate,
        cast(recovery_deduction as decimal(38, 2)) as recovery_deduction,
        cast(case_deduction as decimal(38, 2)) as case_deduction,
        'no_source:incident' as case_deduction_reason,
        cast(net_pool as decimal(38, 2)) as net_pool,
        case
            when reason_code is null
                then {{ ratio('performance_total', 'whole_pool', places=9) }}
        end as adjustment_factor,
        case when reason_code is null then cast(adjusted_after_deduction as decimal(38, 2)) end
            as adjusted_pool,
        cast(paid_to_date as decimal(38, 2)) as paid_to_date,
        case
            when reason_code is null
                then cast(adjusted_after_deduction - paid_to_date as decimal(38, 2))
        end as settlement,
        reason_code
    from settled
)

select * from pay_settlement
