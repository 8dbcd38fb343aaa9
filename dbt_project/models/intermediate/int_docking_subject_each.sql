-- grain: one row per docking test and subject that has passed it, and one per test, branch and unit
-- with the subjects of its register
{{ config(materialized='ephemeral') }}

with

archive as (
    select * from {{ ref('customer_archive') }}
),

population as (
    select * from {{ ref('segment_population') }}
),

engagement as (
    select * from {{ ref('engagement_history') }}
),

card as (
    select * from {{ ref('card') }}
    where card_type_code = 'contact_card' and status_code <> 'closed'
),

loan as (
    select * from {{ ref('loan_account') }}
),

deposit as (
    select * from {{ ref('customer_deposit') }}
),

credit_line as (
    select * from {{ ref('credit_line') }}
    where status_code = 'active'
),

unit_grid as (
    select * from {{ ref('int_unit_grid') }}
    where has_grid
),

docking_test as (
    select * from {{ ref('docking_test') }}
),

context as (
    select * from {{ source('run', 'run_context') }}
),

-- who is known: subjects with an archive, draft or complete, in a unit that has a grid
subject as (
    select
        unit_grid.branch_id,
        unit_grid.grid_id,
        archive.segment_code,
        archive.subject_id,
        archive.customer_id,
        archive.status_code = 'complete'
        and coalesce(archive.expiry_date >= context.period_end, true) as is_archived
    from archive
    cross join context
    inner join unit_grid on archive.admin_unit_id = unit_grid.admin_unit_id
    where
        archive.status_code <> 'cancelled'
        and archive.opened_date <= context.period_end
        and archive.segment_code in (select docking_test.segment_code from docking_test)
),

done as (
    select distinct
        engagement.subject_id,
        engagement.engagement_type_code
    from engagement
    cross join context
    where
        engagement.result_code = 'done'
        and engagement.engagement_type_code in ('contact_card', 'negotiation')
        and engagement.month <= context.period
),

customer as (
    select distinct
        customer_id,
        segment_code
    from subject
    where customer_id is not null
),

-- what is in force at period end with those customers, by test
held as (
    select
        customer.customer_id,
        'contact_card' as test_code
    from customer
    inner join card on customer.customer_id = card.customer_id
    cross join context
    where customer.segment_code = 'rural_household' and card.issued_date <= context.period_end
    union
    select
        customer.customer_id,
        'business_cooperation' as test_code
    from customer
    inner join loan on customer.customer_id = loan.customer_id
    where customer.segment_code = 'agri_leading_enterprise' and loan.balance > 0
    union
    select
        customer.customer_id,
        'business_cooperation' as test_code
    from customer
    inner join deposit on customer.customer_id = deposit.customer_id
    where
        customer.segment_code = 'agri_leading_enterprise'
        and (
            deposit.deposit_balance > 0
            or deposit.wealth_balance > 0
            or deposit.is_acquiring_signed
            or deposit.is_payroll_signed
        )
    union
    select
        customer.customer_id,
        'business_cooperation' as test_code
    from customer
    inner join credit_line on customer.customer_id = credit_line.customer_id
    cross join context
    where
        customer.segment_code = 'agri_leading_enterprise'
        and credit_line.effective_date <= context.period_end
        and coalesce(credit_line.expiry_date >= context.period_end, true)
    union
    select
        customer.customer_id,
        'settlement' as test_code
    from customer
    inner join deposit on customer.customer_id = deposit.customer_id
    where customer.segment_code = 'family_farm' and deposit.has_settlement_account
),

passed as (
    select distinct
        subject.branch_id,
        subject.grid_id,
        docking_test.test_code,
        subject.subject_id
    from subject
    inner join docking_test on subject.segment_code = docking_test.segment_code
    left join done
        on
            subject.subject_id = done.subject_id
            and docking_test.test_code = done.engagement_type_code
    left join held
        on
            subject.customer_id = held.customer_id
            and docking_test.test_code = held.test_code
    where
        docking_test.test_code = 'info_collection'
        or (docking_test.test_code = 'survey_archive' and subject.is_archived)
        or done.subject_id is not null
        or held.customer_id is not null
),

registered as (
    select
        unit_grid.branch_id,
        unit_grid.grid_id,
        docking_test.test_code,
        sum(population.subject_count) as registered_count
    from population
    inner join unit_grid on population.admin_unit_id = unit_grid.admin_unit_id
    inner join docking_test on population.segment_code = docking_test.segment_code
    group by
        unit_grid.branch_id,
        unit_grid.grid_id,
        docking_test.test_code
),

docking as (
    select
        branch_id,
        grid_id,
        test_code,
        subject_id,
        true as is_docked,
        0 as registered_count
    from passed
    union all
    select
        branch_id,
        grid_id,
        test_code,
        cast(null as varchar) as subject_id,
        false as is_docked,
        registered_count
    from registered
)

select * from docking
