-- metrics: npl_over_control_target
-- loads: loan_account@period, scheme_param@rows
-- combine: share
-- labels: control_target=控制目标（%）|control target (percent)
-- grain: numerator: one row per loan note granted since the first year (whole), and again for each
--     that is non-performing (part); denominator: the control target over one hundred
with

param as (
    select
        int_param.param_name,
        int_param.param_number,
        source.load_id,
        source.row_no,
        source.org_id as sent_for
    from int_scheme_param as int_param
    inner join scheme_param as source
        on
            int_param.scheme_id = source.scheme_id
            and int_param.param_name = source.param_name
            and int_param.param_value = source.param_value
            and (int_param.is_own = (source.org_id = $org_id))
    cross join run.run_context as context
    where
        int_param.scheme_id = 'postloan_2005'
        and int_param.org_id = $org_id
        and source.effective_date <= context.period_end
        and coalesce(source.expiry_date >= context.period_end, true)
),

loan as (
    select loan.*
    from loan_account as loan
    inner join param
        on
            param.param_name = 'npl_control_start_year'
            and extract(year from loan.disbursement_date) >= param.param_number
    where list_contains($branches, loan.branch_id) and loan.balance > 0
),

term as (
    select unnest(['part', 'whole']) as term
)

select
    'all' as segment,
    term.term,
    'loan_account' as ledger,
    loan.branch_id,
    loan.load_id,
    loan.row_no,
    loan.loan_id as row_key,
    loan.balance as numerator_part,
    cast(null as decimal(18, 2)) as denominator_part,
    loan.disbursement_date,
    loan.five_class_code,
    cast(null as decimal(18, 6)) as control_target
from loan
cross join term
where term.term = 'whole' or loan.five_class_code in ('substandard', 'doubtful', 'loss')
union all
select
    'all' as segment,
    term.term,
    'scheme_param' as ledger,
    param.sent_for as branch_id,
    param.load_id,
    param.row_no,
    'npl_control_target' as row_key,
    cast(null as decimal(18, 2)) as numerator_part,
    case term.term when 'part' then param.param_number else 100 end as denominator_part,
    cast(null as date) as disbursement_date,
    cast(null as varchar) as five_class_code,
    param.param_number as control_target
from param
cross join term
where param.param_name = 'npl_control_target'
