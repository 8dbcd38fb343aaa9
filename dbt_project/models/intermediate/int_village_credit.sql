-- grain: one row per village or community: households, archives, credit and credit-worthiness
with

unit as (
    select * from {{ ref('admin_unit') }}
),

archive as (
    select * from {{ ref('customer_archive') }}
),

customer as (
    select * from {{ ref('customer') }}
),

credit_line as (
    select * from {{ ref('credit_line') }}
),

context as (
    select * from {{ source('run', 'run_context') }}
),

-- one row per household and unit however many archives it has
household as (
    select
        archive.admin_unit_id,
        archive.subject_id,
        max(case when archive.segment_code = 'rural_household' then archive.member_count end)
            as member_count,
        bool_or(
            archive.segment_code = 'rural_household'
            and archive.evaluation_date <= context.period_end
        ) as is_evaluated,
        bool_or(
            archive.credit_household_date <= context.period_end
            and coalesce(archive.credit_household_expiry_date >= context.period_end, true)
        ) as is_credit_household
    from archive
    cross join context
    where
        archive.segment_code in ('rural_household', 'community_resident')
        and archive.status_code = 'complete'
        and archive.opened_date <= context.period_end
        and coalesce(archive.expiry_date >= context.period_end, true)
    group by
        archive.admin_unit_id,
        archive.subject_id
),

archived as (
    select
        admin_unit_id,
        sum(member_count) as person_count,
        sum(case when is_evaluated then 1 else 0 end) as evaluated_count,
        sum(case when is_credit_household then 1 else 0 end) as credit_household_count
    from household
    group by admin_unit_id
),

unsecured as (
    select distinct credit_line.customer_id
    from credit_line
    cross join context
    where
        credit_line.guarantee_type_code = 'credit'
        and credit_line.status_code = 'active'
        and credit_line.effective_date <= context.period_end
        and coalesce(credit_line.expiry_date >= context.period_end, true)
),

granted as (
    select
        customer.admin_unit_id,
        count(*) as granted_count
    from customer
    inner join unsecured on customer.customer_id = unsecured.customer_id
    where customer.borrower_category_code not in ('enterprise', 'other_organisation')
    group by customer.admin_unit_id
),

village as (
    select
        unit.admin_unit_id,
        unit.branch_id,
        unit.unit_kind_code,
        unit.township_code,
        unit.is_pilot and coalesce(unit.pilot_from_date <= context.period_end, false) as is_pilot,
        coalesce(unit.whole_village_date <= context.period_end, false) as is_whole_village,
        coalesce(
            unit.credit_unit_date <= context.period_end
            and coalesce(unit.credit_unit_expiry_date >= context.period_end, true),
            false
        ) as is_credit_unit,
        coalesce(unit.credit_township_date <= context.period_end, false) as is_credit_township,
        unit.household_count,
        unit.population,
        coalesce(archived.person_count, 0) as person_count,
        coalesce(archived.evaluated_count, 0) as evaluated_count,
        coalesce(archived.credit_household_count, 0) as credit_household_count,
        coalesce(granted.granted_count, 0) as granted_count,
        case when unit.household_count is null then 'no_source:admin_unit.household_count' end
            as household_reason,
        case when unit.population is null then 'no_source:admin_unit.population' end
            as population_reason,
        case when unit.township_code is null then 'no_source:admin_unit.township_code' end
            as township_reason
    from unit
    cross join context
    left join archived on unit.admin_unit_id = archived.admin_unit_id
    left join granted on unit.admin_unit_id = granted.admin_unit_id
)

select * from village
