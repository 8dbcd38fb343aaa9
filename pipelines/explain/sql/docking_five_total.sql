-- metrics: docking_five_total
-- loads: admin_unit@period, grid@period, customer_archive@period, segment_population@period,
--     engagement@rows, card@rows, loan_account@rows, customer_deposit@rows, credit_line@rows
-- labels: docking_no=对接类别|docking, test_code=对接项目|test, passed_count=已对接户数|passed,
--     register_count=应对接户数|registered
-- grain: one row of the register per test; the first of a fully covered docking carries 1
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
),

tested as (
    select *
    from docking_test
    where true
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
),

result as (
    select
        tested.docking_no,
        tested.test_code,
        (
            select count(*) from passed
            where passed.test_code = tested.test_code and passed.occurrence = 1
        ) as passed_count,
        (
            select coalesce(sum(registered.subject_count), 0) from registered
            where registered.test_code = tested.test_code
        ) as register_count
    from tested
),

full_docking as (
    select docking_no
    from result
    group by docking_no
    having bool_and(passed_count >= register_count and register_count > 0)
)

select
    'docking_types' as segment,
    'segment_population' as ledger,
    registered.unit_branch_id as branch_id,
    registered.load_id,
    registered.row_no,
    registered.admin_unit_id || ' ' || registered.segment_code as row_key,
    case
        when
            full_docking.docking_no is not null
            and row_number() over (
                partition by result.docking_no
                order by registered.test_code, registered.admin_unit_id
            ) = 1
            then 1
        else 0
    end as numerator_part,
    cast(null as integer) as denominator_part,
    result.docking_no,
    result.test_code,
    result.passed_count,
    result.register_count
from registered
inner join result on registered.test_code = result.test_code
left join full_docking on result.docking_no = full_docking.docking_no
