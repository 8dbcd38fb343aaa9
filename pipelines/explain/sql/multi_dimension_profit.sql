-- metrics: multi_dimension_profit
-- loads: loan_account@rows, loan_event@year, customer@period, scheme_param@period
-- labels: part_kind=利润构成|part of the profit, part_base=计算基数|base, part_rate=费率|rate
-- grain: one row per interest posting, month-end balance and provision balance of a loan
with

context as (
    select * from run.run_context
),

part as (
    select
        '利息' as part_kind,
        'loan_event' as ledger,
        loan.branch_id,
        event.load_id,
        event.row_no,
        event.event_id as row_key,
        loan.product_class_code,
        loan.customer_id,
        cast(null as varchar) as param_name,
        case event.event_type_code
            when 'repay' then event.interest_amount
            else -event.interest_amount
        end as part_base
    from loan_event_history as event
    inner join run.run_month as month_window
        on event.month = month_window.month and month_window.is_current_year
    inner join loan_account as loan on event.loan_id = loan.loan_id
    where event.event_type_code in ('repay', 'repay_reversal') and event.interest_amount <> 0
    union all
    select
        rate.part_kind,
        'loan_account' as ledger,
        loan.branch_id,
        loan.load_id,
        loan.row_no,
        loan.loan_id as row_key,
        loan.product_class_code,
        loan.customer_id,
        rate.param_name,
        -loan.balance as part_base
    from loan_account_history as loan
    inner join run.run_month as month_window
        on loan.month = month_window.month and month_window.is_current_year
    cross join (
        values
        ('资金转移价格', 'ftp_monthly_rate'),
        ('运营成本', 'operating_cost_monthly_rate')
    ) as rate (part_kind, param_name)
    where loan.balance <> 0
    union all
    select
        '拨备变动' as part_kind,
        'loan_account' as ledger,
        loan.branch_id,
        loan.load_id,
        loan.row_no,
        loan.loan_id as row_key,
        loan.product_class_code,
        loan.customer_id,
        'provision_rate_' || loan.five_class_code as param_name,
        case loan.month when context.period then -loan.balance else loan.balance end as part_base
    from loan_account_history as loan
    inner join context on loan.month in (context.period, context.previous_year_end_period)
    where loan.balance <> 0
),

grouped as (
    select
        customer_id,
        max(borrower_category_code) as borrower_category_code
    from customer
    group by customer_id
),

rated as (
    select
        part.*,
        case when part.param_name is null then 1 else param.param_number end as part_rate,
        'product_' || coalesce(part.product_class_code, 'unclassified') as product_segment,
        'customer_' || coalesce(grouped.borrower_category_code, 'unknown') as customer_segment
    from part
    left join grouped on part.customer_id = grouped.customer_id
    left join int_scheme_param as param
        on
            part.branch_id = param.org_id
            and part.param_name = param.param_name
            and param.scheme_id = 'lanxi_five_year'
    where list_contains($branches, part.branch_id)
)

select
    unnest(['all', product_segment, customer_segment]) as segment,
    ledger,
    branch_id,
    load_id,
    row_no,
    row_key,
    cast(part_base as decimal(24, 2)) * cast(part_rate as decimal(12, 6)) as numerator_part,
    cast(null as bigint) as denominator_part,
    part_kind,
    part_base,
    part_rate
from rated
