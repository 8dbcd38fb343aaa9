-- metrics: credit_loan_balance, micro_credit_loan_balance, micro_credit_customer_count,
--     farm_household_loan_balance, farm_household_customer_count, small_micro_customer_count,
--     beautiful_home_loan_balance, beautiful_field_loan_balance, p8_three_loan_balances
-- loads: loan_account@period, customer@period
-- labels: customer_row=客户依据|customer found in
-- grain: one row per loan note with a balance that counts
with

kind as (
    select
        'all' as segment,
        case $metric_id
            when 'credit_loan_balance' then 'credit'
            when 'micro_credit_loan_balance' then 'micro_credit'
            when 'micro_credit_customer_count' then 'micro_credit'
            when 'farm_household_loan_balance' then 'farm_household'
            when 'farm_household_customer_count' then 'farm_household'
            when 'small_micro_customer_count' then 'small_micro'
            when 'beautiful_home_loan_balance' then 'beautiful_home'
            when 'beautiful_field_loan_balance' then 'beautiful_field'
        end as kind_code
    where $metric_id <> 'p8_three_loan_balances'
    union all
    select
        part.code || '_loan' as segment,
        part.code as kind_code
    from (values ('credit'), ('farm_household'), ('small_micro')) as part (code)
    where $metric_id = 'p8_three_loan_balances'
),

-- a customer counts once: its first loan carries 1
numbered as (
    select
        kind.segment,
        loan.*,
        customer.is_farm_household,
        customer.load_id as customer_row_load_id,
        customer.row_no as customer_row_row_no,
        row_number() over (partition by kind.segment, loan.customer_id order by loan.loan_id)
            as occurrence
    from loan_account as loan
    left join customer on loan.customer_id = customer.customer_id
    cross join kind
    where
        list_contains($branches, loan.branch_id)
        and loan.balance <> 0
        and case kind.kind_code
            when 'credit' then loan.guarantee_type_code = 'credit'
            when 'farm_household' then customer.is_farm_household
            when 'small_micro' then loan.is_small_micro
            else loan.product_class_code = kind.kind_code
        end
)

select
    segment,
    'loan_account' as ledger,
    branch_id,
    load_id,
    row_no,
    loan_id as row_key,
    case
        when $metric_id like '%_customer_count' then case when occurrence = 1 then 1 else 0 end
        else balance
    end as numerator_part,
    cast(null as decimal(18, 2)) as denominator_part,
    customer_id,
    is_farm_household,
    is_small_micro,
    guarantee_type_code,
    product_class_code,
    customer_row_load_id,
    customer_row_row_no
from numbered
