-- metrics: grid_visit_count, archive_update_p8
-- loads: engagement@period, customer_archive@period, grid@period
-- grain: one row per visit or revisit done in the month, once in all and once by kind
with

context as (
    select * from run.run_context
),

visit as (
    select
        engagement.*,
        (
            select max(archive.updated_date)
            from customer_archive as archive
            cross join context
            where
                archive.subject_id = engagement.subject_id
                and archive.status_code <> 'cancelled'
                and archive.updated_date <= context.period_end
        ) as updated_date
    from engagement_history as engagement
    where
        engagement.month = $period
        and engagement.engagement_type_code in ('visit', 'revisit')
        and engagement.result_code = 'done'
)

select
    unnest(['all', visit.engagement_type_code]) as segment,
    'engagement' as ledger,
    visit.branch_id,
    visit.load_id,
    visit.row_no,
    visit.engagement_id as row_key,
    case
        when $metric_id = 'grid_visit_count' then 1
        when visit.updated_date >= visit.event_date then 1
        else 0
    end as numerator_part,
    case when $metric_id = 'archive_update_p8' then 1 end as denominator_part,
    visit.event_date,
    visit.subject_id,
    visit.grid_id,
    visit.updated_date
from visit
left join grid on visit.grid_id = grid.grid_id
left join int_unit_grid as unit_grid on grid.admin_unit_id = unit_grid.admin_unit_id
where
    list_contains($branches, visit.branch_id)
    and coalesce(
        list_contains(
            $grids,
            case
                when unit_grid.branch_id = visit.branch_id then unit_grid.grid_id
                else visit.branch_id || ':no_grid'
            end
        ),
        true
    )
