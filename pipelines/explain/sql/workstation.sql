-- metrics: workstation_board_count, workstation_atlas_count, workstation_team_count,
--     workstation_computer_count, workstation_window_count, workstation_eset_count,
--     workstation_rules_count, workstation_products_count, workstation_wechat_count,
--     workstation_archives_count, workstation_item_count, regulation_count
-- loads: workstation@period
-- switches: workstation_products_minimum, workstation_wechat_minimum, workstation_archives_minimum
-- grain: one row per open workstation
with

least_of as (
    select
        org_id,
        max(
            case
                when switch_name = 'workstation_products_minimum'
                    then try_cast(switch_value as decimal(18, 6))
            end
        ) as products,
        max(
            case
                when switch_name = 'workstation_wechat_minimum'
                    then try_cast(switch_value as decimal(18, 6))
            end
        ) as wechat,
        max(
            case
                when switch_name = 'workstation_archives_minimum'
                    then try_cast(switch_value as decimal(18, 6))
            end
        ) as archives
    from int_switch_value
    group by org_id
)

select
    case $metric_id when 'regulation_count' then 'regulations' else 'workstation' end as segment,
    'workstation' as ledger,
    station.branch_id,
    station.load_id,
    station.row_no,
    station.workstation_id as row_key,
    case $metric_id
        when 'workstation_board_count'
            then case when station.board_count >= 1 then 1 else 0 end
        when 'workstation_atlas_count'
            then case when station.atlas_count >= 1 then 1 else 0 end
        when 'workstation_team_count'
            then case when station.team_count >= 1 then 1 else 0 end
        when 'workstation_computer_count'
            then case when station.computer_count >= 1 then 1 else 0 end
        when 'workstation_window_count'
            then case when station.window_count >= 1 then 1 else 0 end
        when 'workstation_eset_count'
            then case when station.device_count >= 1 then 1 else 0 end
        when 'workstation_rules_count'
            then case when station.rule_count >= 1 then 1 else 0 end
        when 'workstation_products_count'
            then case when station.product_count >= least_of.products then 1 else 0 end
        when 'workstation_wechat_count'
            then case when station.wechat_customer_count >= least_of.wechat then 1 else 0 end
        when 'workstation_archives_count'
            then case when station.archive_count >= least_of.archives then 1 else 0 end
        when 'regulation_count' then least(station.rule_count, 7)
        else
            case when station.board_count >= 1 then 1 else 0 end
            + case when station.atlas_count >= 1 then 1 else 0 end
            + case when station.team_count >= 1 then 1 else 0 end
            + case when station.computer_count >= 1 then 1 else 0 end
            + case when station.window_count >= 1 then 1 else 0 end
            + case when station.device_count >= 1 then 1 else 0 end
            + case when station.rule_count >= 1 then 1 else 0 end
            + case when station.product_count >= least_of.products then 1 else 0 end
            + case when station.wechat_customer_count >= least_of.wechat then 1 else 0 end
            + case when station.archive_count >= least_of.archives then 1 else 0 end
    end as numerator_part,
    1 as denominator_part,
    station.admin_unit_id,
    station.board_count,
    station.atlas_count,
    station.team_count,
    station.computer_count,
    station.window_count,
    station.device_count,
    station.rule_count,
    station.product_count,
    station.wechat_customer_count,
    station.archive_count
from workstation as station
cross join run.run_context as context
inner join least_of on station.branch_id = least_of.org_id
left join int_unit_grid as unit_grid on station.admin_unit_id = unit_grid.admin_unit_id
where
    station.opened_date <= context.period_end
    and coalesce(station.closed_date > context.period_end, true)
    and list_contains($branches, station.branch_id)
    and coalesce(
        list_contains(
            $grids,
            case
                when unit_grid.branch_id = station.branch_id then unit_grid.grid_id
                else station.branch_id || ':no_grid'
            end
        ),
        true
    )
