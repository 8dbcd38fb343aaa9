-- metrics: whole_village_credit_limit_breach_count
-- loads: credit_line@period
-- switches: whole_village_credit_limit
-- labels: whole_village_amount=整村授信额度合计|whole-village credit
-- grain: one row per customer above the limit, at the first of its whole-village lines of the branch
with

switch as (
    select
        org_id,
        cast(switch_value as decimal(18, 2)) as whole_village_credit_limit
    from int_switch_value
    where switch_name = 'whole_village_credit_limit'
),

line as (
    select
        credit_line.*,
        sum(credit_line.credit_amount) over (
            partition by credit_line.branch_id, credit_line.customer_id
        ) as whole_village_amount
    from credit_line
    cross join run.run_context as context
    where
        credit_line.program_code = 'whole_village'
        and credit_line.status_code = 'active'
        and credit_line.effective_date <= context.period_end
        and coalesce(credit_line.expiry_date >= context.period_end, true)
        and list_contains($branches, credit_line.branch_id)
),

numbered as (
    select
        line.*,
        row_number() over (partition by line.customer_id order by line.credit_line_id) as occurrence
    from line
    inner join switch on line.branch_id = switch.org_id
    where line.whole_village_amount > switch.whole_village_credit_limit
)

select
    'all' as segment,
    'credit_line' as ledger,
    branch_id,
    load_id,
    row_no,
    credit_line_id as row_key,
    1 as numerator_part,
    cast(null as integer) as denominator_part,
    customer_id,
    credit_amount,
    whole_village_amount,
    effective_date,
    expiry_date
from numbered
where occurrence = 1
