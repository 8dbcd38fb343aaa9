-- metrics: credit_customer_count, new_credit_customer_count, p8_effective_use_rate
-- loads: credit_line@period, loan_event@year, org_unit@period
-- labels: drawn_row=用信依据|disbursement
-- grain: one row per customer, at one of its credit lines
with

context as (
    select * from run.run_context
),

branch_group as (
    select
        'all' as segment,
        org_id
    from org_unit
    union all
    select
        'middle_ring_branches' as segment,
        org_id
    from org_unit
    where
        marketing_zone_code = 'middle_ring'
        and org_type_code <> 'bank'
        and $metric_id <> 'credit_customer_count'
),

first_line as (
    select
        customer_id,
        min(effective_date) as first_date
    from credit_line
    group by customer_id
),

drawn as (
    select
        event.*,
        row_number() over (partition by event.customer_id order by event.event_date, event.event_id)
            as occurrence
    from loan_event_history as event
    cross join context
    where
        event.event_type_code = 'disburse'
        and event.month between strftime(context.year_start, '%Y-%m') and context.period
        and $metric_id = 'p8_effective_use_rate'
),

counted as (
    select
        line.*,
        branch_group.segment,
        first_line.first_date,
        row_number() over (
            partition by branch_group.segment, line.customer_id order by line.credit_line_id
        ) as occurrence
    from credit_line as line
    cross join context
    inner join first_line on line.customer_id = first_line.customer_id
    inner join branch_group on line.branch_id = branch_group.org_id
    where
        list_contains($branches, line.branch_id)
        and case
            when $metric_id = 'new_credit_customer_count'
                then
                    line.effective_date = first_line.first_date
                    and first_line.first_date between context.year_start and context.period_end
            else
                line.status_code = 'active'
                and line.effective_date <= context.period_end
                and coalesce(line.expiry_date >= context.period_end, true)
        end
)

select
    counted.segment,
    'credit_line' as ledger,
    counted.branch_id,
    counted.load_id,
    counted.row_no,
    counted.credit_line_id as row_key,
    case
        when $metric_id = 'p8_effective_use_rate' and drawn.customer_id is null then 0
        else 1
    end as numerator_part,
    case when $metric_id = 'p8_effective_use_rate' then 1 end as denominator_part,
    counted.customer_id,
    counted.effective_date,
    counted.expiry_date,
    counted.status_code,
    counted.program_code,
    drawn.load_id as drawn_row_load_id,
    drawn.row_no as drawn_row_row_no
from counted
left join drawn on counted.customer_id = drawn.customer_id and drawn.occurrence = 1
where counted.occurrence = 1
