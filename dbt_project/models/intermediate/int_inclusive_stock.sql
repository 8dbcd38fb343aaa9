-- grain: one row per active organisation, S71_I row and credit band: loans outstanding
with

loan as (
    select * from {{ ref('loan_account') }}
),

-- The ledger is imported once per use: a CTE with two readers would be held in memory whole.
granted as (
    select * from {{ ref('loan_account') }}
),

customer as (
    select * from {{ ref('customer') }}
),

credit_line as (
    select * from {{ ref('credit_line') }}
),

member as (
    select * from {{ ref('int_org_member') }}
),

source_gap as (
    select * from {{ ref('int_source_gap') }}
    where ledger = 'loan_account'
),

flag_gap as (
    select * from {{ ref('int_inclusive_flag_gap') }}
),

context as (
    select * from {{ source('run', 'run_context') }}
),

band_limit as (
    {{ inclusive_band_limit() }}
),

-- a loan of unknown purpose or balance stays in, to be reported as unknown
operating as (
    select * from loan
    where coalesce(purpose_code = 'operating', true) and coalesce(balance > 0, true)
),

-- Operating limits in force at period end, over the whole bank; those for consumption are not
-- added to them (general note 7).
credit as (
    select
        credit_line.customer_id,
        sum(credit_line.credit_amount) as credit_total
    from credit_line
    inner join context
        on
            credit_line.effective_date <= context.period_end
            and coalesce(credit_line.expiry_date >= context.period_end, true)
    where credit_line.credit_kind_code = 'operating' and credit_line.status_code = 'active'
    group by credit_line.customer_id
),

-- without a limit: the greater of what is outstanding and what was granted
exposure as (
    select
        granted.customer_id,
        case
            when sum(granted.balance) > sum(granted.loan_amount) then sum(granted.balance)
            else sum(granted.loan_amount)
        end as credit_total
    from granted
    left join credit on granted.customer_id = credit.customer_id
    where
        granted.purpose_code = 'operating'
        and granted.balance > 0
        and credit.customer_id is null
    group by granted.customer_id
),

credit_total as (
    select * from credit
    union all
    select * from exposure
),

graded as (
    select
        operating.branch_id,
        operating.customer_id,
        {{ inclusive_borrower_group('customer') }} as borrower_group,
        {{ inclusive_leaf_band('credit_total.credit_total', 'band_limit') }} as leaf_band,
        {{ inclusive_flags('operating', 'customer') }} as flags,
        operating.balance as first_amount,
        case
            when operating.five_class_code in ('substandard', 'doubtful', 'loss')
                then operating.balance
            else 0
        end as second_amount,
        case
            when operating.balance is null then 'no_source:loan_account.balance'
            else {{ inclusive_unknown('operating', 'customer') }}
        end as loan_reason,
        operating.five_class_code is null as is_class_unknown,
        operating.is_agri is null as is_agri_unknown,
        operating.original_due_date is null as is_term_unknown
    from operating
    cross join band_limit
    left join customer on operating.customer_id = customer.customer_id
    left join credit_total on operating.customer_id = credit_total.customer_id
),

{{ inclusive_cells('graded') }},

unknown_by_org as (
    select
        member.org_id,
        min(graded.loan_reason) as loan_reason,
        max(case when graded.is_class_unknown then 'no_source:loan_account.five_class_code' end)
            as class_reason,
        max(case when graded.is_agri_unknown then 'no_source:loan_account.is_agri' end)
            as agri_reason,
        max(case when graded.is_term_unknown then 'no_source:loan_account.original_due_date' end)
            as term_reason
    from graded
    inner join member on graded.branch_id = member.branch_id
    where
        graded.loan_reason is not null
        or graded.is_class_unknown
        or graded.is_agri_unknown
        or graded.is_term_unknown
    group by member.org_id
),

stock as (
    select
        cell.org_level,
        cell.org_id,
        cell.segment,
        cell.first_amount as balance,
        cell.second_amount as npl_balance,
        cell.customer_count,
        coalesce(
            source_gap.reason_code,
            unknown_by_org.loan_reason,
            flag_gap.reason_code,
            case
                when cell.row_id = 'small_micro_enterprise_agri' then unknown_by_org.agri_reason
                when cell.row_id = 'inclusive_small_micro_medium_long_term'
                    then unknown_by_org.term_reason
            end
        ) as reason_code,
        unknown_by_org.class_reason
    from cell
    cross join context
    left join source_gap
        on cell.org_id = source_gap.org_id and context.period = source_gap.month
    left join unknown_by_org on cell.org_id = unknown_by_org.org_id
    left join flag_gap
        on
            cell.org_id = flag_gap.org_id
            and cell.row_id = flag_gap.row_id
            and context.period = flag_gap.month
)

select * from stock
