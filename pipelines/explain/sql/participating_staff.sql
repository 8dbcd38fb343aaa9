-- metrics: icbc_participating_staff
-- loads: business_participation@year, loan_account@period
-- grain: one row per staff member and way of participating: the first participation that counts
with

counted as (
    select
        part.*,
        row_number() over (
            partition by part.participation_code, part.staff_id
            order by part.event_date, part.participation_id
        ) as occurrence
    from business_participation_history as part
    inner join run.run_month as month_window
        on part.month = month_window.month and month_window.is_current_year
    left join loan_account as loan on part.loan_id = loan.loan_id
    where
        list_contains($branches, part.branch_id)
        and part.participation_code in ('marketing', 'initiating')
        and part.staff_id is not null
        and (part.loan_id is null or loan.is_inclusive)
)

select
    participation_code as segment,
    'business_participation' as ledger,
    branch_id,
    load_id,
    row_no,
    participation_id as row_key,
    1 as numerator_part,
    cast(null as bigint) as denominator_part,
    staff_id,
    event_date,
    loan_id
from counted
where occurrence = 1
