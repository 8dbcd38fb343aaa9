-- metrics: whole_village_township_coverage, credit_township_ratio
-- loads: admin_unit@period
-- grain: one row per village or community; a township counts once, at the unit that carries it
with

unit as (
    select
        admin_unit.*,
        case
            when $metric_id = 'credit_township_ratio'
                then coalesce(admin_unit.credit_township_date <= context.period_end, false)
            else
                admin_unit.is_pilot
                and coalesce(admin_unit.pilot_from_date <= context.period_end, false)
                and admin_unit.unit_kind_code = 'village'
        end as is_counted
    from admin_unit
    cross join run.run_context as context
    where list_contains($branches, admin_unit.branch_id)
),

numbered as (
    select
        unit.*,
        row_number() over (
            partition by township_code order by is_counted desc, admin_unit_id
        ) as occurrence
    from unit
    where township_code is not null
)

select
    'all' as segment,
    'admin_unit' as ledger,
    branch_id,
    load_id,
    row_no,
    admin_unit_id as row_key,
    case when is_counted then 1 else 0 end as numerator_part,
    1 as denominator_part,
    admin_unit_name,
    township_code,
    township_name,
    unit_kind_code,
    is_pilot,
    pilot_from_date,
    credit_township_date
from numbered
where occurrence = 1
