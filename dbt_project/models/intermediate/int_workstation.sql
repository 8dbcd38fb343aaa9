-- grain: one row per workstation open at period end
with

station as (
    select * from {{ ref('workstation') }}
),

unit_grid as (
    select * from {{ ref('int_unit_grid') }}
),

switch_value as (
    select * from {{ ref('int_switch_value') }}
),

context as (
    select * from {{ source('run', 'run_context') }}
),

-- 一系列, 一批 are no numbers (AMB-056): the least that counts is the bank's to say
minimum as (
    select
        org_id,
        max(
            case
                when switch_name = 'workstation_products_minimum'
                    then {{ to_number('switch_value') }}
            end
        ) as products,
        max(
            case
                when switch_name = 'workstation_wechat_minimum'
                    then {{ to_number('switch_value') }}
            end
        ) as wechat,
        max(
            case
                when switch_name = 'workstation_archives_minimum'
                    then {{ to_number('switch_value') }}
            end
        ) as archives
    from switch_value
    group by org_id
),

open_station as (
    select
        station.workstation_id,
        station.branch_id,
        {{ grid_of('station', 'unit_grid') }} as grid_id,
        station.admin_unit_id,
        coalesce(station.agreement_date <= context.period_end, false) as has_agreement,
        station.board_count >= 1 as has_board,
        station.atlas_count >= 1 as has_atlas,
        station.team_count >= 1 as has_team,
        station.computer_count >= 1 as has_computer,
        station.window_count >= 1 as has_window,
        station.device_count >= 1 as has_eset,
        station.rule_count >= 1 as has_rules,
        station.product_count >= minimum.products as has_products,
        station.wechat_customer_count >= minimum.wechat as has_wechat,
        station.archive_count >= minimum.archives as has_archives,
        least(station.rule_count, 7) as regulation_count
    from station
    cross join context
    inner join minimum on station.branch_id = minimum.org_id
    left join unit_grid on station.admin_unit_id = unit_grid.admin_unit_id
    where
        station.opened_date <= context.period_end
        and coalesce(station.closed_date > context.period_end, true)
)

select * from open_station
