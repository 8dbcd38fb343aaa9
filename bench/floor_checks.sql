-- Every statement lists offences; the first list that is not empty stops the script.
select 'JT-LAKE-0001' as code, org_id, ledger
from (select distinct ledger, month, replace(reason, ':' || month, '') as reason, org_id from gap)
where month = getvariable('period') and org_id not in (select bank_id from org);

select 'JT-LAKE-0006' as code, count_if(org_type_code = 'bank'), count_if(parent_org_id is null)
from org_unit
having count_if(org_type_code = 'bank') <> 1 or count_if(parent_org_id is null) <> 1;

select 'JT-LAKE-0002' as code, *
from (select branch_id, sum(balance) as total from loan_account group by all) as t
full join (
    select branch_id, sum(closing_balance) as gl from gl_balance
    where control_item_code = 'loan_balance' group by all
) as g using (branch_id)
where coalesce(total, 0) <> coalesce(gl, 0) or gl is null;

select 'JT-LAKE-0008' as code, *
from (
    select branch_id, sum(deposit_balance) as total from deposit_tenday
    where balance_date = last_day(balance_date) group by all
) as t
full join (
    select branch_id, sum(closing_balance) as gl from gl_balance
    where control_item_code = 'deposit_balance' group by all
) as g using (branch_id)
where coalesce(total, 0) <> coalesce(gl, 0) or gl is null;

select 'JT-LAKE-0004' as code, branch_id, count(*)
from loan_account where customer_id not in (select customer_id from customer)
group by all;

-- a warning at the gate: the balances of the month before and the postings give the new balances
create table carry_forward as
with after as (select branch_id, sum(balance) as total from loan_account group by all),
before as (
    select branch_id, sum(balance) as total from loan_account_sent
    where _period = (select previous_month from month where month = getvariable('period')) group by all
),
posted as (
    select branch_id, sum(
        case when event_type_code in ('disburse', 'repay_reversal') then principal_amount
        else -principal_amount end
    ) as net
    from loan_event group by all
)
select branch_id, after.total - coalesce(before.total, 0) - coalesce(net, 0) as difference
from after left join before using (branch_id) left join posted using (branch_id)
where after.total <> coalesce(before.total, 0) + coalesce(net, 0);
