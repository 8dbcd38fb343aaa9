-- metrics: agri_sme_growth_gap
-- loads: loan_account@period, loan_account@year_start
-- combine: growth
-- grain: one row per loan note with a balance at year start or period end, and segment
with

context as (
    select * from run.run_context
),

point as (
    select
        'closing' as term,
        period as month
    from context
    union all
    select
        'opening' as term,
        previous_year_end_period as month
    from context
),

segment as (
    select unnest(['agri_union_small_micro', 'agri', 'small_micro']) as segment
)

select
    segment.segment,
    point.term,
    'loan_account' as ledger,
    loan.branch_id,
    loan.load_id,
    loan.row_no,
    loan.loan_id as row_key,
    case
        when case segment.segment
            when 'agri_union_small_micro' then loan.is_agri or loan.is_small_micro
            when 'agri' then loan.is_agri
            when 'small_micro' then loan.is_small_micro
        end then loan.balance
    end as numerator_part,
    loan.balance as denominator_part,
    loan.is_agri,
    loan.is_small_micro,
    loan.contract_status_code
from loan_account_history as loan
inner join point on loan.month = point.month
cross join segment
where list_contains($branches, loan.branch_id) and loan.balance <> 0
