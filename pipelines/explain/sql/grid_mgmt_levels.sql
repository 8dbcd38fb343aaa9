-- metrics: grid_mgmt_levels
-- loads: admin_unit@period
-- labels: level_name=层级|level
-- grain: one row per unit and level it stands for; the first of a level carries 1
with

standing as (
    select
        '区' as level_name,
        admin_unit.*
    from admin_unit
    where division_code is not null
    union all
    select
        '乡镇' as level_name,
        admin_unit.*
    from admin_unit
    where township_code is not null
    union all
    select
        '村' as level_name,
        admin_unit.*
    from admin_unit
)

select
    'management_levels' as segment,
    'admin_unit' as ledger,
    branch_id,
    load_id,
    row_no,
    admin_unit_id as row_key,
    case
        when row_number() over (partition by level_name order by admin_unit_id) = 1 then 1
        else 0
    end as numerator_part,
    cast(null as integer) as denominator_part,
    level_name,
    division_code,
    township_code,
    admin_unit_name
from standing
where list_contains($branches, branch_id)
