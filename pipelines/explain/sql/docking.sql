-- metrics: docking_contact_card_rate, docking_info_collection_rate, docking_survey_archive_rate,
--     docking_negotiation_rate, docking_business_cooperation_rate, docking_settlement_rate
-- loads: admin_unit@period, grid@period, customer_archive@period, segment_population@period,
--     engagement@rows, card@rows, loan_account@rows, customer_deposit@rows, credit_line@rows
-- labels: evidence_date=依据日期|date of the evidence
-- grain: numerator: one row per archive, engagement, card or product that shows a subject passed,
--     the first of a subject carries 1; denominator: one row of the register
with

context as (
    select * from run.run_context
),

place as (
    select *
    from int_unit_grid
    where
        has_grid
        and list_contains($branches, branch_id)
        and coalesce(list_contains($grids, grid_id), true)
),

tested as (
    select *
    from docking_test
    where 'docking_' || test_code || '_rate' = $metric_id
),

subject as (
    select
        place.branch_id as unit_branch_id,
        tested.test_code,
        archive.*,
        archive.status_code = 'complete'
        and coalesce(archive.expiry_date >= context.period_end, true) as is_archived
    from customer_archive as archive
    cross join context
    inner join place on archive.admin_unit_id = place.admin_unit_id
    inner join tested on archive.segment_code = tested.segment_code
    where archive.status_code <> 'cancelled' and archive.opened_date <= context.period_end
),

-- what shows that a subject passed: its archive, an engagement, a card, a product in force
evidence as (
    select
        test_code,
        'customer_archive' as ledger,
        unit_branch_id,
        load_id,
        row_no,
        archive_id as row_key,
        subject_id,
        opened_date as evidence_date
    from subject
    where test_code = 'info_collection' or (test_code = 'survey_archive' and is_archived)
    union
    select
        subject.test_code,
        'engagement' as ledger,
        subject.unit_branch_id,
        engagement.load_id,
        engagement.row_no,
        engagement.engagement_id as row_key,
        subject.subject_id,
        engagement.event_date as evidence_date
    from subject
    inner join engagement_history as engagement
        on
            subject.subject_id = engagement.subject_id
            and subject.test_code = engagement.engagement_type_code
    where
        engagement.result_code = 'done'
        and subject.test_code in ('contact_card', 'negotiation')
        and engagement.month <= $period
    union
    select
        subject.test_code,
        'card' as ledger,
        subject.unit_branch_id,
        card.load_id,
        card.row_no,
        card.card_id as row_key,
        subject.subject_id,
        card.issued_date as evidence_date
    from subject
    cross join context
    inner join card on subject.customer_id = card.customer_id
    where
        subject.test_code = 'contact_card'
        and card.card_type_code = 'contact_card'
        and card.status_code <> 'closed'
        and card.issued_date <= context.period_end
    union
    select
        subject.test_code,
        'loan_account' as ledger,
        subject.unit_branch_id,
        loan.load_id,
        loan.row_no,
        loan.loan_id as row_key,
        subject.subject_id,
        loan.disbursement_date as evidence_date
    from subject
    inner join loan_account as loan on subject.customer_id = loan.customer_id
    where subject.test_code = 'business_cooperation' and loan.balance > 0
    union
    select
        subject.test_code,
        'customer_deposit' as ledger,
        subject.unit_branch_id,
        deposit.load_id,
        deposit.row_no,
        deposit.customer_id as row_key,
        subject.subject_id,
        deposit.data_date as evidence_date
    from subject
    inner join customer_deposit as deposit on subject.customer_id = deposit.customer_id
    where
        (
            subject.test_code = 'business_cooperation'
            and (
                deposit.deposit_balance > 0
                or deposit.wealth_balance > 0
                or deposit.is_acquiring_signed
                or deposit.is_payroll_signed
            )
        )
        or (subject.test_code = 'settlement' and deposit.has_settlement_account)
    union
    select
        subject.test_code,
        'credit_line' as ledger,
        subject.unit_branch_id,
        line.load_id,
        line.row_no,
        line.credit_line_id as row_key,
        subject.subject_id,
        line.effective_date as evidence_date
    from subject
    cross join context
    inner join credit_line as line on subject.customer_id = line.customer_id
    where
        subject.test_code = 'business_cooperation'
        and line.status_code = 'active'
        and line.effective_date <= context.period_end
        and coalesce(line.expiry_date >= context.period_end, true)
),

-- a subject counts once, however much shows it: the first row carries 1
passed as (
    select
        evidence.*,
        row_number() over (
            partition by test_code, subject_id order by evidence_date, ledger, row_key, unit_branch_id
        ) as occurrence
    from evidence
),

registered as (
    select
        tested.test_code,
        place.branch_id as unit_branch_id,
        population.*
    from segment_population as population
    inner join place on population.admin_unit_id = place.admin_unit_id
    inner join tested on population.segment_code = tested.segment_code
)

select
    tested.segment,
    passed.ledger,
    passed.unit_branch_id as branch_id,
    passed.load_id,
    passed.row_no,
    passed.row_key,
    case when passed.occurrence = 1 then 1 else 0 end as numerator_part,
    cast(null as bigint) as denominator_part,
    passed.subject_id,
    passed.evidence_date,
    cast(null as varchar) as admin_unit_id
from passed
inner join tested on passed.test_code = tested.test_code
union all
select
    tested.segment,
    'segment_population' as ledger,
    registered.unit_branch_id as branch_id,
    registered.load_id,
    registered.row_no,
    registered.admin_unit_id || ' ' || registered.segment_code as row_key,
    cast(null as bigint) as numerator_part,
    registered.subject_count as denominator_part,
    cast(null as varchar) as subject_id,
    registered.statistics_date as evidence_date,
    registered.admin_unit_id
from registered
inner join tested on registered.test_code = tested.test_code
