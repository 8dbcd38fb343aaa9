-- What the lake gate asks beside the rules of the registry: who has not sent, and the root.
select 'JT-LAKE-0001' as code, org_id, ledger
from (select distinct ledger, month, replace(reason, ':' || month, '') as reason, org_id from gap)
where month = getvariable('period') and org_id not in (select bank_id from org);

select 'JT-LAKE-0006' as code, count_if(org_type_code = 'bank'), count_if(parent_org_id is null)
from org_unit
having count_if(org_type_code = 'bank') <> 1 or count_if(parent_org_id is null) <> 1;
