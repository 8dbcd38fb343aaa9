-- metrics: pilot_unit_coverage_rate
-- loads: admin_unit@period
-- grain: one row per village or community; a pilot counts on both sides
select
    'village_and_community' as segment,
    'admin_unit' as ledger,
    unit.branch_id,
    unit.load_id,
    unit.row_no,
    unit.admin_unit_id as row_key,
    case when unit.is_pilot and unit.pilot_from_date <= context.period_end then 1 end
        as numerator_part,
    1 as denominator_part,
    unit.admin_unit_name,
    unit.unit_kind_code,
    unit.is_pilot,
    unit.pilot_from_date
from admin_unit as unit
cross join run.run_context as context
where list_contains($branches, unit.branch_id)
