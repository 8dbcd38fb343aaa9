-- metrics: strong_county_pilot_count, township_branch_count
-- loads: org_unit@period
-- grain: one row per organisation that counts
select
    'all' as segment,
    'org_unit' as ledger,
    org_unit.org_id as branch_id,
    org_unit.load_id,
    org_unit.row_no,
    org_unit.org_id as row_key,
    1 as numerator_part,
    cast(null as integer) as denominator_part,
    org_unit.org_name,
    org_unit.org_type_code,
    org_unit.location_code,
    org_unit.is_strong_county_pilot,
    org_unit.opened_date,
    org_unit.closed_date
from org_unit
cross join run.run_context as context
where
    list_contains($branches, org_unit.org_id)
    and org_unit.org_type_code <> 'bank'
    and coalesce(org_unit.opened_date <= context.period_end, true)
    and coalesce(org_unit.closed_date > context.period_end, true)
    and case $metric_id
        when 'strong_county_pilot_count' then org_unit.is_strong_county_pilot
        else org_unit.location_code = 'township'
    end
