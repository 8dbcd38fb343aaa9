-- grain: one row when the pools, adjusted after the deductions, do not add up to the approved total
with

settlement as (
    select * from {{ ref('pay_settlement') }}
),

organisation as (
    select * from {{ ref('int_org') }}
    where org_level = 'bank'
),

switch as (
    select * from {{ ref('int_switch') }}
),

param as (
    select * from {{ ref('int_scheme_param') }}
    where scheme_id = 'rcu_salary' and param_name = 'provincial_approved_total'
),

total as (
    select
        sum(adjusted_pool) as adjusted_pool,
        count(*) - count(adjusted_pool) as unknown_count
    from settlement
),

approved as (
    select param.param_number * case when param.unit = '万元' then 10000 else 1 end as approved_total
    from organisation
    inner join switch on organisation.org_id = switch.org_id
    inner join param on organisation.org_id = param.org_id
    where switch.adjust_order = 'deduct_first' and switch.approved_scope = 'performance'
)

select
    total.adjusted_pool,
    approved.approved_total
from total
cross join approved
where
    total.unknown_count = 0
    and total.adjusted_pool is not null
    and total.adjusted_pool is distinct from approved.approved_total
