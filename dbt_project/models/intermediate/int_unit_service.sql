-- grain: one row per village or community: what is there of grids, points and a workstation
with

unit as (
    select * from {{ ref('admin_unit') }}
),

unit_grid as (
    select * from {{ ref('int_unit_grid') }}
),

leaf as (
    select * from {{ ref('grid') }}
    where grid_level_code = 'leaf'
),

point as (
    select * from {{ ref('int_service_point') }}
),

station as (
    select * from {{ ref('int_workstation') }}
),

context as (
    select * from {{ source('run', 'run_context') }}
),

leaf_count as (
    select
        leaf.admin_unit_id,
        count(*) as live_leaf_count
    from leaf
    inner join context
        on
            leaf.live_date <= context.period_end
            and coalesce(leaf.closed_date > context.period_end, true)
    group by leaf.admin_unit_id
),

point_count as (
    select
        admin_unit_id,
        sum(case when point_type_code = 'assisted_withdrawal' then 1 else 0 end)
            as withdrawal_count,
        sum(
            case
                when
                    point_type_code in (
                        'assisted_withdrawal',
                        'atm',
                        'self_service_terminal',
                        'transfer_phone',
                        'self_service_bank'
                    )
                    then 1
                else 0
            end
        ) as basic_count
    from point
    where is_in_use
    group by admin_unit_id
),

station_count as (
    select
        admin_unit_id,
        count(*) as workstation_count,
        sum(case when has_agreement then 1 else 0 end) as workstation_agreement_count
    from station
    group by admin_unit_id
),

service as (
    select
        unit.admin_unit_id,
        unit.branch_id,
        unit_grid.grid_id,
        unit_grid.has_grid,
        unit.unit_kind_code,
        unit.is_urban,
        unit.division_code is not null as has_division,
        unit.township_code is not null as has_township,
        coalesce(unit.agreement_date <= context.period_end, false) as has_agreement,
        coalesce(leaf_count.live_leaf_count, 0) as live_leaf_count,
        coalesce(point_count.withdrawal_count, 0) as withdrawal_count,
        coalesce(point_count.basic_count, 0) as basic_count,
        coalesce(station_count.workstation_count, 0) as workstation_count,
        coalesce(station_count.workstation_agreement_count, 0) as workstation_agreement_count
    from unit
    cross join context
    inner join unit_grid on unit.admin_unit_id = unit_grid.admin_unit_id
    left join leaf_count on unit.admin_unit_id = leaf_count.admin_unit_id
    left join point_count on unit.admin_unit_id = point_count.admin_unit_id
    left join station_count on unit.admin_unit_id = station_count.admin_unit_id
)

select * from service
