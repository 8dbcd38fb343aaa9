-- grain: one row when the register of organisations does not have exactly one root
select count(*) as bank_count
from {{ ref('dim_org') }}
where org_level = 'bank'
having count(*) <> 1
