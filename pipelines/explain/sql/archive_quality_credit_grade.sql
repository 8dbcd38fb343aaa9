-- metrics: archive_quality_credit_grade
-- loads: customer_archive@period
-- grain: one row per archive in force, once in all and once in its segment
select
    unnest(['all', archive.segment_code]) as segment,
    'customer_archive' as ledger,
    archive.branch_id,
    archive.load_id,
    archive.row_no,
    archive.archive_id as row_key,
    case
        when archive.rating_code is not null and archive.rating_date <= context.period_end then 1
        else 0
    end as numerator_part,
    1 as denominator_part,
    archive.segment_code,
    archive.admin_unit_id,
    archive.rating_code,
    archive.rating_date,
    archive.opened_date,
    archive.expiry_date
from customer_archive as archive
cross join run.run_context as context
left join int_unit_grid as unit_grid on archive.admin_unit_id = unit_grid.admin_unit_id
where
    archive.status_code = 'complete'
    and archive.opened_date <= context.period_end
    and coalesce(archive.expiry_date >= context.period_end, true)
    and list_contains($branches, archive.branch_id)
    and coalesce(
        list_contains(
            $grids,
            case
                when unit_grid.branch_id = archive.branch_id then unit_grid.grid_id
                else archive.branch_id || ':no_grid'
            end
        ),
        true
    )
